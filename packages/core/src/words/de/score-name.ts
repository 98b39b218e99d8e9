import type { Measure } from '../reasons.js';
import type { Speaker } from '../speaker.js';

/** "Aktualitätswert", but "Umsatzwert" without a joint. */
export const scoreName = (measure: string) => (/(tät|keit)$/.test(measure) ? `${measure}swert` : `${measure}wert`);
export const scoreOf = (measure: Measure, s: Speaker) => scoreName(s.measure(measure));
