import { LANGUAGES, type Language } from '@tessera/core';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { BREADTH_FORM, type BreadthLimits, parseBreadth } from './breadth-limits.js';
import { UserError } from './errors.js';

/** A key that guards everything must not be guessable. */
const SHORTEST_ADMIN_KEY = 32;
/** What must be left of it without the words that people guess first. */
const SHORTEST_UNGUESSED = 20;
/** What the platforms make themselves is longer. */
const SHORTEST_WEBHOOK_SECRET = 16;
const WEAK_WORDS = /change-?me|password|secret|admin|tessera|default|example|123456789|abcdef|qwerty|key/gi;

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, 'is not a time zone such as Europe/Berlin');

const adminKey = z
  .string()
  .refine((key) => Buffer.byteLength(key) >= SHORTEST_ADMIN_KEY, `needs at least ${SHORTEST_ADMIN_KEY} bytes`)
  .refine((key) => new Set(key).size >= 10, 'repeats too few characters')
  .refine((key) => key.replace(WEAK_WORDS, '').length >= SHORTEST_UNGUESSED, 'is made of words that people guess first')
  .refine((key) => /^[\x21-\x7e]+$/.test(key), 'holds blanks or characters that a header cannot carry');

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'is not a port number from 0 to 65535')
  .transform(Number)
  .refine((number) => number <= 65_535, 'is not a port number from 0 to 65535');

/** Several, parted by commas, while a secret is being replaced. */
const webhookSecrets = z
  .string()
  .transform((given) => given.split(',').map((secret) => secret.trim()))
  .refine(
    (secrets) => secrets.every((secret) => secret.length >= SHORTEST_WEBHOOK_SECRET),
    `needs at least ${SHORTEST_WEBHOOK_SECRET} characters in each secret`,
  );

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `is not a number from ${least} to ${most}`)
    .transform(Number)
    .refine((number) => number >= least && number <= most, `is not a number from ${least} to ${most}`);

const breadth = z
  .string()
  .transform(parseBreadth)
  .refine((limits) => limits !== undefined, `is not ${BREADTH_FORM}`);

const trustedProxies = z
  .string()
  .transform((given) => given.split(',').map((address) => address.trim()))
  .refine((addresses) => {
    try {
      proxyAddress.compile(addresses);
      return true;
    } catch {
      return false;
    }
  }, 'is not a list of addresses such as 10.0.0.5,192.168.0.0/16,loopback');

/** THE LIST of settings: each an environment variable and an option of every command. */
export const SETTINGS = {
  port: { variable: 'PORT', schema: port, fallback: '4000', help: 'port to listen on; 0 takes any free one' },
  host: {
    variable: 'HOST',
    schema: z.string().min(1, 'is empty'),
    fallback: '127.0.0.1',
    help: 'address to listen on',
  },
  dataDir: {
    variable: 'TESSERA_DATA_DIR',
    schema: z.string().min(1, 'is empty'),
    fallback: '.tessera',
    help: 'folder of the bundled database',
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    schema: z.string().min(1, 'is empty'),
    fallback: undefined,
    help: 'a PostgreSQL of your own instead of the bundled one',
  },
  adminKey: {
    variable: 'TESSERA_ADMIN_KEY',
    schema: adminKey,
    fallback: undefined,
    help: 'the secret key; better set in the environment than here',
  },
  secretsKey: {
    variable: 'TESSERA_SECRETS_KEY',
    schema: adminKey,
    fallback: undefined,
    help: 'seals the signing secrets in the database; without it a file of the data folder does',
  },
  tokenAudience: {
    variable: 'TESSERA_TOKEN_AUDIENCE',
    schema: z.string().min(1, 'is empty').max(200, 'is longer than 200 characters'),
    fallback: 'tessera',
    help: 'what tokens name as their audience ("aud")',
  },
  rateLimit: {
    variable: 'TESSERA_RATE_LIMIT',
    schema: wholeNumber(0, 1_000_000),
    fallback: '300',
    help: 'requests a minute of one shopper; agents and restricted keys have a multiple; 0 is no limit',
  },
  agentBreadth: {
    variable: 'TESSERA_AGENT_BREADTH',
    schema: breadth,
    fallback: '60/1000/600/10000',
    help: 'how many different customers an agent may read: profiles a minute/a day/badges a minute/a day; or none',
  },
  restrictedBreadth: {
    variable: 'TESSERA_RESTRICTED_BREADTH',
    schema: breadth,
    fallback: 'none',
    help: 'the same of a restricted key',
  },
  trustedProxies: {
    variable: 'TESSERA_TRUSTED_PROXIES',
    schema: trustedProxies,
    fallback: undefined,
    help: 'proxies in front whose X-Forwarded-For and -Proto count: addresses, networks, "loopback"; none by default',
  },
  language: {
    variable: 'TESSERA_LANGUAGE',
    schema: z.enum(LANGUAGES, `is not one of ${LANGUAGES.join(', ')}`),
    fallback: 'en',
    help: 'of what commands say of the shop',
  },
  timeZone: {
    variable: 'TESSERA_TIME_ZONE',
    schema: timeZone,
    fallback: undefined,
    help: "the shop's time zone (UTC)",
  },
  currency: {
    variable: 'TESSERA_CURRENCY',
    schema: z.string().regex(/^[A-Z]{3}$/, 'is not a currency code such as USD'),
    fallback: undefined,
    help: "the shop's currency (USD)",
  },
  shopName: {
    variable: 'TESSERA_SHOP_NAME',
    schema: z.string().min(1, 'is empty').max(200, 'is longer than 200 characters'),
    fallback: undefined,
    help: "the shop's name",
  },
  demographics: {
    variable: 'TESSERA_DEMOGRAPHICS',
    schema: z.enum(['on', 'off'], 'is neither on nor off').transform((given) => given === 'on'),
    fallback: 'off',
    help: 'whether age, gender, state and city may enter predictions: on or off',
  },
  lifetimeDays: {
    variable: 'TESSERA_LIFETIME_DAYS',
    schema: wholeNumber(30, 3600).refine((days) => days % 30 === 0, 'is not a multiple of 30 days'),
    fallback: '360',
    help: 'how far the lifetime value looks ahead, a multiple of 30',
  },
  discountRate: {
    variable: 'TESSERA_DISCOUNT_RATE',
    schema: z
      .string()
      .regex(/^\d(\.\d{1,6})?$/, 'is not a yearly rate such as 0.1')
      .transform(Number),
    fallback: '0.1',
    help: 'yearly rate by which the lifetime value is discounted',
  },
  playbook: {
    variable: 'TESSERA_PLAYBOOK',
    schema: z.string().min(1, 'is empty'),
    fallback: undefined,
    help: "a file with the shop's own next actions",
  },
  maxUploadMb: {
    variable: 'TESSERA_MAX_UPLOAD_MB',
    schema: wholeNumber(1, 1_000_000),
    fallback: '2048',
    help: 'the largest file that POST /import takes, in MiB',
  },
  shopifyWebhookSecrets: {
    variable: 'TESSERA_SHOPIFY_WEBHOOK_SECRET',
    schema: webhookSecrets,
    fallback: undefined,
    help: "the secret of Shopify's webhooks; several parted by commas",
  },
  woocommerceWebhookSecrets: {
    variable: 'TESSERA_WOOCOMMERCE_WEBHOOK_SECRET',
    schema: webhookSecrets,
    fallback: undefined,
    help: "the secret of WooCommerce's webhooks; several parted by commas",
  },
  webhookWindowMinutes: {
    variable: 'TESSERA_WEBHOOK_WINDOW_MINUTES',
    schema: wholeNumber(1, 1440),
    fallback: '250',
    help: 'how many minutes old a webhook may be that says when it was sent; Shopify tries for 4 hours',
  },
  schedule: {
    variable: 'TESSERA_SCHEDULE',
    schema: z.string().min(1, 'is empty'),
    fallback: undefined,
    help: 'when the shop is scored by itself, in its zone: 03:00, off, or five fields as cron reads them',
  },
  segmentation: {
    variable: 'TESSERA_SEGMENTATION',
    schema: z.string().min(1, 'is empty'),
    fallback: undefined,
    help: 'a file of segmentation settings (tessera.segmentation.json in the data folder)',
  },
} as const;

/** Settings whose value is never repeated. */
const SECRETS: ReadonlySet<string> = new Set([
  'adminKey',
  'secretsKey',
  'shopifyWebhookSecrets',
  'woocommerceWebhookSecrets',
]);

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly adminKey?: string;
  readonly secretsKey?: string;
  readonly tokenAudience?: string;
  readonly rateLimit?: number;
  /** Null limits none. */
  readonly agentBreadth?: BreadthLimits | null;
  readonly restrictedBreadth?: BreadthLimits | null;
  readonly trustedProxies?: readonly string[];
  readonly timeZone?: string;
  readonly currency?: string;
  /** Of what commands say of the shop; English when left out. */
  readonly language?: Language;
  readonly shopName?: string;
  readonly demographics?: boolean;
  readonly lifetimeDays?: number;
  readonly discountRate?: number;
  readonly playbook?: string;
  readonly maxUploadMb?: number;
  readonly shopifyWebhookSecrets?: readonly string[];
  readonly woocommerceWebhookSecrets?: readonly string[];
  readonly webhookWindowMinutes?: number;
  /** When the shop is scored by itself; what is stored when left out. */
  readonly schedule?: string;
  /** A file of settings of the segmentations. */
  readonly segmentation?: string;
  /** How long a request may take to arrive; no setting, so that tests need not wait for it. */
  readonly requestTimeoutMs?: number;
  /** No GraphiQL and no demo pages. */
  readonly production: boolean;
}

/** `dataDir` -> `--data-dir` */
export const optionName = (setting: string) => setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Settings from options, else the environment, else their defaults.
 * @throws UserError naming each setting that cannot be used (exit status 2; 1 for a weak key alone); a secret's value is never repeated
 */
export function readConfig(options: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): Config {
  const values: Record<string, unknown> = { production: environment.NODE_ENV === 'production' };
  const problems: string[] = [];
  let exitCode: 1 | 2 = 1;
  for (const [name, { variable, schema, fallback }] of Object.entries(SETTINGS)) {
    const option = options[name];
    const given = typeof option === 'string' ? option : environment[variable] || fallback;
    if (given === undefined) continue;
    const parsed = schema.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else {
      const label = typeof option === 'string' ? `--${optionName(name)}` : variable;
      const shown = SECRETS.has(name) ? '' : ` "${given}"`;
      const message = parsed.error.issues[0]?.message ?? 'cannot be used';
      problems.push(
        `${label}${shown} ${/^(is|needs|repeats|holds) /.test(message) ? message : `cannot be used: ${message}`}`,
      );
      // A weak key is a refusal to start unsafe, not a slip of the command line.
      if (!SECRETS.has(name)) exitCode = 2;
    }
  }
  if (problems.length > 0) throw new UserError(problems.join('; '), exitCode);
  return values as unknown as Config;
}
