import type { Condition } from '../../db/queries/customers/conditions.js';
import { compileFilter } from '../../filters/compile.js';
import type { CustomerFilterInput } from '../../filters/customer-filter.js';
import { findUnknownValues } from '../../filters/unknown-values.js';
import type { RunSnapshot } from '../../runs/snapshot.js';
import type { Context } from '../context.js';

/** Compiles a filter; its values that nobody has are noted for the `extensions` of the answer. */
export async function compileWhere(
  context: Context,
  where: CustomerFilterInput | null | undefined,
  run: RunSnapshot,
): Promise<Condition | undefined> {
  const condition = compileFilter(where, run, context.credential);
  context.unknownValues.push(...(await findUnknownValues(context.database.drizzle, where, run)));
  return condition;
}
