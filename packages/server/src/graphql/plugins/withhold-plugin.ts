import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      withhold: WithholdPlugin<Types>;
    }
  }
}

/**
 * What a credential may not see is null, without an error, where the field may be null. So a page that asks for more than
 * its token grants gets the rest, and learns nothing of what is withheld. Non-null fields answer FORBIDDEN.
 */
export class WithholdPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (field.type.nullable !== true) return field;
    const pothosOptions = { unauthorizedResolver: () => null, ...field.pothosOptions };
    return { ...field, pothosOptions } as PothosOutputFieldConfig<Types>;
  }
}

SchemaBuilder.registerPlugin('withhold', WithholdPlugin);
