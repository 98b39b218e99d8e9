import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Grant } from '../../access/scopes.js';
import type { Depth } from '../../breadth-limits.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import type { Context } from '../context.js';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      breadth: BreadthPlugin<Types>;
    }
  }
}

/** The types whose values are customers, or may be. */
const CUSTOMER_TYPES: ReadonlySet<string> = new Set(['Customer', 'Node']);
/** What is only for these is a metric, a name or an address. */
const PROFILE_GRANTS: readonly Grant[] = ['customers:read', 'customers:pii'];

/** The scopes of a field or a type, as they stand in the code. */
function grantsOf(part: { readonly extensions: unknown }): readonly Grant[] {
  const { pothosOptions } = part.extensions as {
    pothosOptions?: { authScopes?: { may?: Grant | readonly Grant[] }; skipTypeScopes?: boolean };
  };
  return [pothosOptions?.authScopes?.may ?? []].flat();
}

const skipsTypeScopes = ({ extensions }: GraphQLField<unknown, unknown>) =>
  (extensions as { pothosOptions?: { skipTypeScopes?: boolean } }).pothosOptions?.skipTypeScopes === true;

/** What of the profile a field is: the scopes that open it. */
function profileGrantsOf(type: GraphQLNamedType, field: GraphQLField<unknown, unknown>): Grant[] {
  const grants = [...grantsOf(field), ...(skipsTypeScopes(field) ? [] : grantsOf(type))];
  return grants.filter((grant) => PROFILE_GRANTS.includes(grant));
}

/** The scopes that open what a selection holds of the profile. Customers below it are counted where they come. */
function profileGrantsIn(
  type: GraphQLNamedType,
  { selections }: SelectionSetNode,
  info: Pick<GraphQLResolveInfo, 'fragments' | 'schema'>,
): Grant[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      if (field === undefined) return [];
      const own = profileGrantsOf(type, field);
      const inner = getNamedType(field.type);
      if (own.length > 0 || selection.selectionSet === undefined || CUSTOMER_TYPES.has(inner.name)) return own;
      return profileGrantsIn(inner, selection.selectionSet, info);
    }
    const part = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
    const condition = part?.typeCondition?.name.value;
    const partType = condition === undefined ? type : info.schema.getType(condition);
    return part === undefined || partType === undefined ? [] : profileGrantsIn(partType, part.selectionSet, info);
  });
}

/** Documents are parsed once, so what a field of one asks for is found once. */
const known = new WeakMap<FieldNode, ReadonlySet<Grant>>();

function profileGrantsOfNode(node: FieldNode, info: GraphQLResolveInfo): ReadonlySet<Grant> {
  const found = known.get(node);
  if (found !== undefined) return found;
  const { selectionSet } = node;
  const grants = selectionSet === undefined ? [] : profileGrantsIn(getNamedType(info.returnType), selectionSet, info);
  const asked = new Set(grants);
  known.set(node, asked);
  return asked;
}

/**
 * How much of its customers a field shows: by what it selects, whatever that is called and however it is nested, as far
 * as it is not withheld.
 */
const depthOf = (info: GraphQLResolveInfo, granted: ReadonlySet<Grant>): Depth =>
  info.fieldNodes.some((node) => [...profileGrantsOfNode(node, info)].some((grant) => granted.has(grant)))
    ? 'profile'
    : 'badge';

const isCustomer = (value: unknown): value is ProfileRow =>
  typeof value === 'object' && value !== null && 'customerId' in value && 'segments' in value;

async function disclose(found: unknown, depth: Depth, context: Context): Promise<unknown> {
  const value = await found;
  if (Array.isArray(value)) {
    return Promise.all(
      // An error in a list is the error of its place.
      value.map((each) => disclose(each, depth, context).catch((error: unknown) => error)),
    );
  }
  return isCustomer(value) ? context.disclose(value, depth) : value;
}

/**
 * Counts every customer whom a field gives, by whatever way he was found: the rule hangs on the type, so that a new way
 * to a customer is counted without a thought.
 */
export class BreadthPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { type }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const ref = type.kind === 'List' ? type.type : type;
    const name =
      ref.kind === 'Object' || ref.kind === 'Interface' ? this.builder.configStore.getTypeConfig(ref.ref).name : '';
    if (!CUSTOMER_TYPES.has(name)) return resolver;
    return (parent, args, context, info) => {
      const found = resolver(parent, args, context, info);
      const asked = context as unknown as Context;
      return asked.isReadingCounted ? disclose(found, depthOf(info, asked.credential.grants), asked) : found;
    };
  }
}

SchemaBuilder.registerPlugin('breadth', BreadthPlugin);
