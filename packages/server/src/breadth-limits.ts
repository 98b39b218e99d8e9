/**
 * How much of a customer is read: his badge (segment, why in words, since when), or his profile: any metric, name or
 * address.
 */
export type Depth = 'badge' | 'profile';
export const WINDOWS = ['minute', 'day'] as const;
export type Window = (typeof WINDOWS)[number];

/** How many different customers may be read; each counts once a window. Whole numbers from 0. */
export type BreadthLimits = Readonly<Record<Depth, Readonly<Record<Window, number>>>>;

/** As fast as a person opens customers and turns pages of badges, not as fast as a list is copied. */
export const DEFAULT_AGENT_BREADTH: BreadthLimits = {
  profile: { minute: 60, day: 1000 },
  badge: { minute: 600, day: 10_000 },
};

export const BREADTH_FORM =
  'PROFILES_A_MINUTE/PROFILES_A_DAY/BADGES_A_MINUTE/BADGES_A_DAY such as 60/1000/600/10000, or none';
const LIMITS = /^(\d{1,9})\/(\d{1,9})\/(\d{1,9})\/(\d{1,9})$/;

/** @returns null for `none`, undefined for a text of another form */
export function parseBreadth(text: string): BreadthLimits | null | undefined {
  if (text === 'none') return null;
  const [, ...numbers] = LIMITS.exec(text) ?? [];
  if (numbers.length === 0) return undefined;
  const [profilesAMinute, profilesADay, badgesAMinute, badgesADay] = numbers.map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return {
    profile: { minute: profilesAMinute, day: profilesADay },
    badge: { minute: badgesAMinute, day: badgesADay },
  };
}
