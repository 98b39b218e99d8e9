import { behaviourClusters, CLUSTER_FEATURES, LANGUAGES, type Translations } from '@tessera/core';
import { z } from 'zod';

const MOST_RULES = 50;
const LONGEST_TITLE = 60;
const LONGEST_DESCRIPTION = 300;
const DEEPEST_CONDITION = 8;
const MOST_CLUSTERS = 20;

const fourAscending = (numbers: readonly number[]) =>
  numbers.length === 4 && numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);
const ASCENDING = 'needs four ascending numbers';

const scoreThresholds = (bound: z.ZodNumber) =>
  z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('quintile') }),
    z.strictObject({ method: z.literal('natural-breaks') }),
    z.strictObject({ method: z.literal('fixed'), atMost: z.array(bound).refine(fourAscending, ASCENDING) }),
  ]);

type Path = (string | number)[];

/** Conditions nest, and a union of shapes could only say "invalid input": so each part is looked at by itself. */
function checkShape(value: unknown, at: Path, ctx: z.RefinementCtx): void {
  const refuse = (message: string, more: Path = []) =>
    ctx.addIssue({ code: 'custom', message, path: [...at, ...more] });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse('must be an object');
    return;
  }
  const [shape, ...others] = ['all', 'any', 'field'].filter((name) => name in value);
  if (at.length > 2 * DEEPEST_CONDITION) refuse('is nested too deeply');
  else if (shape === undefined || others.length > 0) refuse('needs exactly one of all, any and field');
  else if (shape === 'field') checkComparison(value, refuse);
  else {
    for (const [name, part] of Object.entries(value)) {
      if (name !== shape) refuse('is not known here', [name]);
      else if (!Array.isArray(part)) refuse('must be a list', [name]);
      else for (const [index, each] of part.entries()) checkShape(each, [...at, name, index], ctx);
    }
  }
}

function checkComparison(value: object, refuse: (message: string, more: Path) => void): void {
  for (const [name, part] of Object.entries(value)) {
    if (name === 'field') {
      if (typeof part !== 'string') refuse('must be a text', [name]);
    } else if (!['gte', 'gt', 'lte', 'lt'].includes(name)) refuse('is not known here', [name]);
    else if (typeof part !== 'number') refuse('must be a number', [name]);
  }
}

const condition = z.unknown().superRefine((value, ctx) => checkShape(value, [], ctx));
const shortText = (longest: number) =>
  z.string().trim().min(1, 'is empty').max(longest, `is longer than ${longest} characters`);

/** A text that is the same in every language, or one by language. A union could only say that neither fits. */
const wording = (longest: number) => {
  const text = shortText(longest);
  const byLanguage = z
    .strictObject(Object.fromEntries(LANGUAGES.map((language) => [language, text.optional()])))
    .refine((texts) => Object.keys(texts).length > 0, 'is empty');
  return z.unknown().transform((value, ctx): string | Translations => {
    const parsed = (typeof value === 'object' && value !== null ? byLanguage : text).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const refuse = (message: string, path: PropertyKey[]) => ctx.addIssue({ code: 'custom', message, path });
      if (issue.code !== 'unrecognized_keys') refuse(issue.message, issue.path);
      else for (const key of issue.keys) refuse('is not known here', [...issue.path, key]);
    }
    return z.NEVER;
  });
};

const rule = z.strictObject({
  key: z.string().max(LONGEST_TITLE, `is longer than ${LONGEST_TITLE} characters`),
  title: wording(LONGEST_TITLE),
  description: wording(LONGEST_DESCRIPTION),
  color: z.string(),
  publicLabel: wording(LONGEST_TITLE).nullable().default(null),
  when: condition.nullable().default(null),
});

const weight = z.number().min(0, 'is below 0');
const clusterCount = z
  .int(`is not a whole number`)
  .min(2, 'is below 2')
  .max(MOST_CLUSTERS, `is above ${MOST_CLUSTERS}`);
const features = z
  .array(z.enum(CLUSTER_FEATURES))
  .min(1, 'is empty')
  .refine((names) => new Set(names).size === names.length, 'names a feature twice');

/** What `value.frequency` "span" was called at first: files that say so are still read. */
export const OLD_SPAN = 'seed000';

/** The settings file: its shape, lengths and ranges. What rules mean together is checked by core. */
export const segmentationSchema = z.strictObject({
  version: z.literal(1, 'must be 1, the version of the format'),
  rfm: z
    .strictObject({
      thresholds: z
        .strictObject({
          recency: scoreThresholds(z.int('must be whole days').min(0, 'is below 0')).optional(),
          frequency: scoreThresholds(z.int('must be a whole number of orders').min(0, 'is below 0')).optional(),
          monetary: scoreThresholds(z.number()).optional(),
        })
        .optional(),
      rules: z.array(rule).max(MOST_RULES, `has more than ${MOST_RULES} entries`).optional(),
    })
    .optional(),
  value: z
    .strictObject({
      weights: z
        .strictObject({ spend: weight, frequency: weight, orderValue: weight })
        .refine(
          ({ spend, frequency, orderValue }) => Math.abs(spend + frequency + orderValue - 1) <= 1e-9,
          'must add up to 1',
        )
        .optional(),
      frequency: z.preprocess((word) => (word === OLD_SPAN ? 'span' : word), z.enum(['corrected', 'span'])).optional(),
      cutOffs: z
        .discriminatedUnion('method', [
          z.strictObject({ method: z.literal('natural-breaks') }),
          z.strictObject({
            method: z.literal('fixed'),
            from: z.array(z.number().gt(0, 'is not above 0').lt(1, 'is not below 1')).refine(fourAscending, ASCENDING),
          }),
        ])
        .optional(),
    })
    .optional(),
  behaviour: z
    .strictObject({
      features: features.optional(),
      clusterCount: clusterCount.nullable().optional(),
      leastClusterCount: clusterCount.optional(),
      mostClusterCount: clusterCount.optional(),
    })
    .superRefine(
      (
        {
          leastClusterCount: least = behaviourClusters.defaults.leastClusterCount,
          mostClusterCount: most = behaviourClusters.defaults.mostClusterCount,
        },
        ctx,
      ) => {
        if (least <= most) return;
        const message = `is above mostClusterCount, ${most}`;
        ctx.addIssue({ code: 'custom', path: ['leastClusterCount'], message });
      },
    )
    .optional(),
  outliers: z
    .strictObject({
      features: features.optional(),
      radius: z.number().gt(0, 'is not above 0').nullable().optional(),
      minPoints: z.int('is not a whole number').min(2, 'is below 2').nullable().optional(),
    })
    .optional(),
});
