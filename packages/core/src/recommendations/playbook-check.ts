import { InvalidInputError } from '../errors.js';
import { PLACEHOLDER } from '../words/own-reason.js';
import { LANGUAGES } from '../words/reasons.js';
import { isShippedAction, withShippedWords } from './default-playbook.js';
import { ACTION_FACT_NAMES, type Playbook } from './playbook.js';

/** Something wrong with a playbook, and where: `actions[2].kpi`. */
export interface PlaybookProblem {
  readonly path: string;
  readonly text: string;
}

/** By segmentation its segments; null where they are learned anew by each run, so that no name can be checked. */
export type KnownSegments = ReadonlyMap<string, readonly string[] | null>;

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const ACTION_FIELDS = [
  ...['key', 'title', 'description', 'segments', 'notSegments', 'when', 'reason', 'kpi', 'maxIncentive'],
  ...['assumedUplift', 'priority', 'perk'],
];
const LONGEST_SHOWN = 60;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};

class Problems {
  readonly found: PlaybookProblem[] = [];

  add(path: string, text: string): void {
    this.found.push({ path, text });
  }

  text(given: Record<string, unknown>, path: string, name: string, purpose: string): string | null {
    const value = given[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.add(`${path}.${name}`, value === undefined ? `is missing: ${purpose}` : `is not a text: ${purpose}`);
    return null;
  }

  /** A text, or one by language; those of an action of ours may be left out. @returns every text that was given */
  wording(given: Record<string, unknown>, path: string, name: string, purpose: string): string[] {
    const value = given[name];
    if (value === undefined && isShippedAction(given.key)) return [];
    if (!isObject(value)) {
      const text = this.text(given, path, name, purpose);
      return text === null ? [] : [text];
    }
    if (Object.keys(value).length === 0) this.add(`${path}.${name}`, `is empty: ${purpose}`);
    this.unknownFields(value, `${path}.${name}`, LANGUAGES);
    return LANGUAGES.filter((language) => value[language] !== undefined).flatMap(
      (language) => this.text(value, `${path}.${name}`, language, purpose) ?? [],
    );
  }

  share(given: Record<string, unknown>, path: string, name: string, purpose: string): void {
    const value = given[name];
    if (typeof value === 'number' && value >= 0 && value <= 1) return;
    this.add(
      `${path}.${name}`,
      value === undefined ? `is missing: ${purpose}` : `is ${show(value)}, not a share from 0 to 1`,
    );
  }

  unknownFields(given: Record<string, unknown>, path: string, known: readonly string[]): void {
    for (const name of Object.keys(given)) {
      if (!known.includes(name)) this.add(`${path}.${name}`, `is not a field: known are ${known.join(', ')}`);
    }
  }
}

function checkSegments(
  segments: unknown,
  path: string,
  without: string,
  known: KnownSegments,
  problems: Problems,
): void {
  if (segments === undefined) return;
  if (!Array.isArray(segments) || segments.length === 0) {
    problems.add(path, `is not a list of segments such as "rfm:vip": leave it away for ${without}`);
    return;
  }
  segments.forEach((segment: unknown, index) => {
    const [, segmentation, key] = /^([^:]+):([^:]+)$/.exec(String(segment)) ?? [];
    const place = `${path}[${index}]`;
    if (segmentation === undefined || key === undefined) {
      problems.add(place, `is ${show(segment)}, not a segmentation and a segment such as "rfm:vip"`);
      return;
    }
    const keys = known.get(segmentation);
    if (keys === undefined) {
      problems.add(place, `there is no segmentation "${segmentation}": choose one of ${[...known.keys()].join(', ')}`);
    } else if (keys !== null && !keys.includes(key)) {
      problems.add(place, `there is no segment "${key}" in ${segmentation}: choose one of ${keys.join(', ')}`);
    }
  });
}

function checkWhen(when: unknown, path: string, problems: Problems): void {
  if (when === undefined) return;
  if (!isObject(when)) {
    problems.add(path, 'is not an object of facts such as {"orders": {"from": 2}}');
    return;
  }
  for (const [fact, bounds] of Object.entries(when)) {
    const place = `${path}.${fact}`;
    if (!(ACTION_FACT_NAMES as readonly string[]).includes(fact)) {
      problems.add(place, `is not a fact: choose one of ${ACTION_FACT_NAMES.join(', ')}`);
      continue;
    }
    const given = isObject(bounds) ? Object.entries(bounds) : [];
    const isSound = given.every(([name, value]) => ['from', 'to'].includes(name) && Number.isFinite(value));
    if (given.length === 0 || !isSound) {
      problems.add(place, `is ${show(bounds)}, not bounds such as {"from": 2, "to": 5}`);
      continue;
    }
    const { from, to } = bounds as { from?: number; to?: number };
    if (from !== undefined && to !== undefined && from > to) problems.add(place, `nobody is from ${from} to ${to}`);
  }
}

function checkIncentive(given: unknown, path: string, problems: Problems): void {
  if (given === null) return;
  if (!isObject(given)) {
    const text = given === undefined ? 'is missing' : `is ${show(given)}`;
    problems.add(path, `${text}: write null for none, or {"ofExpectedValue": 0.1, "ofOrderValue": 0.15}`);
    return;
  }
  problems.unknownFields(given, path, ['ofExpectedValue', 'ofOrderValue']);
  problems.share(given, path, 'ofExpectedValue', 'the share of the expected revenue of 90 days');
  problems.share(given, path, 'ofOrderValue', 'the share of the average order');
}

/** Whatever stands in braces must stand for something; so does the agent never read a brace. */
function checkPlaceholders(reason: string, path: string, problems: Problems): void {
  for (const [, name = ''] of reason.matchAll(PLACEHOLDER)) {
    if (name !== 'segment' && !(ACTION_FACT_NAMES as readonly string[]).includes(name))
      problems.add(path, `{${name}} stands for nothing: choose one of segment, ${ACTION_FACT_NAMES.join(', ')}`);
  }
  const [odd] = /[^{}]{0,20}[{}][^{}]{0,20}/.exec(reason.replace(PLACEHOLDER, '')) ?? [];
  if (odd !== undefined)
    problems.add(
      path,
      `holds a brace without its other or with one word too few: ${show(odd)}, not {orders|order|orders}`,
    );
}

function checkAction(given: unknown, path: string, known: KnownSegments, seen: Set<string>, problems: Problems): void {
  if (!isObject(given)) {
    problems.add(path, 'is not an object');
    return;
  }
  problems.unknownFields(given, path, ACTION_FIELDS);
  const key = problems.text(given, path, 'key', 'a name in kebab-case, its own');
  if (key !== null && !KEBAB.test(key)) {
    problems.add(`${path}.key`, `${show(key)} is not kebab-case: lower-case letters, digits and single hyphens`);
  }
  if (key !== null && seen.has(key)) problems.add(`${path}.key`, `${show(key)} is the key of an action before it too`);
  if (key !== null) seen.add(key);
  problems.wording(given, path, 'title', 'what it is called');
  problems.wording(given, path, 'description', 'what to do');
  problems.wording(given, path, 'kpi', 'how its success is measured');
  for (const reason of problems.wording(given, path, 'reason', 'why this customer')) {
    checkPlaceholders(reason, `${path}.reason`, problems);
  }
  checkSegments(given.segments, `${path}.segments`, 'everybody with an order', known, problems);
  checkSegments(given.notSegments, `${path}.notSegments`, 'nobody', known, problems);
  checkWhen(given.when, `${path}.when`, problems);
  checkIncentive(given.maxIncentive, `${path}.maxIncentive`, problems);
  problems.share(given, path, 'assumedUplift', 'by which part the expected revenue may rise');
  problems.share(given, path, 'priority', 'how urgent it is, 1 most');
  const { perk } = given;
  if (perk == null) return;
  const texts = isObject(perk) ? problems.wording(given, path, 'perk', 'what the shopper reads') : [perk];
  for (const text of texts) {
    if (typeof text !== 'string' || text.trim() === '')
      problems.add(`${path}.perk`, 'is not a text that the shopper reads');
    // The shopper sees it as it stands: his numbers and the names of segments are not for him.
    else if (/[{}]/.test(text))
      problems.add(`${path}.perk`, 'holds braces: the shopper reads it as it is, without his values');
  }
}

/** Everything that is wrong with a playbook, in its order; none for a sound one. */
export function checkPlaybook(given: unknown, known: KnownSegments): PlaybookProblem[] {
  const problems = new Problems();
  if (!isObject(given) || !Array.isArray(given.actions)) {
    return [{ path: 'actions', text: 'is missing: a playbook is {"actions": [...]}' }];
  }
  problems.unknownFields(given, 'playbook', ['actions', 'about']);
  const seen = new Set<string>();
  given.actions.forEach((action, index) => {
    checkAction(action, `actions[${index}]`, known, seen, problems);
  });
  return problems.found;
}

/** @throws InvalidInputError naming every mistake, parted by semicolons */
export function parsePlaybook(given: unknown, known: KnownSegments): Playbook {
  const problems = checkPlaybook(given, known);
  if (problems.length > 0) throw new InvalidInputError(problems.map(({ path, text }) => `${path} ${text}`).join('; '));
  const playbook = given as Playbook;
  return { ...playbook, actions: playbook.actions.map(withShippedWords) };
}
