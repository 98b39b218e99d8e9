import { said, type Wording } from '../../words/reasons.js';
import type { Backtest, ContestantResult, Estimate } from './backtest.js';

/** What to do with a back-test, in one word for programs and one wording for people. Plain JSON. */
export interface Verdict {
  /**
   * USE_MODEL: the model ranks better than every simple ranking. USE_BASELINE: it does not; rank by `use`. NO_RANKING: nothing
   * ranks better than chance. NOT_TESTED: too little has happened yet to tell.
   */
  readonly kind: 'USE_MODEL' | 'USE_BASELINE' | 'NO_RANKING' | 'NOT_TESTED';
  /** Key of the contestant to rank by; null for none. */
  readonly use: string | null;
  /** Key of the model whose amounts are shown; null for none. */
  readonly model: string | null;
  /** Whether customers may be ranked by that model: false where its order was tested and no better than chance. */
  readonly ranks: boolean;
  /** Lead of the model over the best simple ranking, in capture at 20 %. */
  readonly lead: Estimate | null;
  readonly sentence: Wording;
}

/** With fewer customers who bought in the window, captures are decided by a handful of people. */
const FEWEST_ACTIVE = 20;
/** The share of customers that captures are compared at, and what chance would capture. */
const CHANCE = 0.2;

const beatsChance = ({ capture20 }: ContestantResult) => capture20.low > CHANCE;

/**
 * Reads a back-test. Of the models that rank better than chance the first stands unless another is certainly better: in
 * capture at 20 %, or, where that is undecided, in how right the amounts are (D2). It is compared with the best of the
 * baselines.
 */
export function verdictOf(result: Backtest | null): Verdict {
  const none = { use: null, model: null, lead: null, ranks: true };
  if (result === null) {
    return { kind: 'NOT_TESTED', ...none, sentence: said('untested-short', {}) };
  }
  const active = Math.round(result.activeShare * result.customers);
  const models = result.results.filter(({ kind }) => kind === 'model');
  const baselines = result.results.filter(({ kind }) => kind === 'baseline');
  const first = models[0];
  if (first === undefined || active < FEWEST_ACTIVE) {
    const sentence = said('untested-few', { active, needed: FEWEST_ACTIVE });
    return { kind: 'NOT_TESTED', ...none, model: first?.key ?? null, sentence };
  }
  const leadOver = (key: string, over: string) => result.leads.find((lead) => lead.key === key && lead.over === over)!;
  const isBetter = (key: string, over: string) => {
    const { capture20, devianceExplained } = leadOver(key, over);
    return capture20.low > 0 || (capture20.high >= 0 && devianceExplained !== null && devianceExplained.low > 0);
  };
  const better = models.filter(beatsChance);
  const model = (better.length > 0 ? better : models).reduce((best, other) =>
    other !== best && isBetter(other.key, best.key) ? other : best,
  );
  const useful = bestOf(baselines.filter(beatsChance));
  if (better.length === 0 && useful === null) {
    return {
      kind: 'NO_RANKING',
      ...none,
      model: model.key,
      ranks: false,
      sentence: said('no-ranking', { model: model.title, captured: model.capture20.value }),
    };
  }
  const rival = useful ?? bestOf(baselines);
  if (rival === null) {
    return {
      kind: 'USE_MODEL',
      ...none,
      use: model.key,
      model: model.key,
      sentence: said('use-model', { model: model.title }),
    };
  }
  const lead = leadOver(model.key, rival.key).capture20;
  const { low, high } = lead;
  if (better.length === 0) {
    return {
      kind: 'USE_BASELINE',
      use: rival.key,
      model: model.key,
      lead,
      ranks: false,
      sentence: said('use-baseline', { baseline: rival.title, captured: rival.capture20.value }),
    };
  }
  if (lead.low > 0) {
    return {
      kind: 'USE_MODEL',
      use: model.key,
      model: model.key,
      lead,
      ranks: true,
      sentence: said('use-model-over', {
        model: model.title,
        baseline: rival.title,
        lead: lead.value,
        low,
        high,
      }),
    };
  }
  return {
    kind: 'USE_BASELINE',
    use: rival.key,
    model: model.key,
    lead,
    ranks: true,
    sentence: said('no-better', { baseline: rival.title, lead: lead.value, low, high }),
  };
}

function bestOf(results: readonly ContestantResult[]): ContestantResult | null {
  return results.reduce<ContestantResult | null>(
    (best, result) => (best === null || result.capture20.value > best.capture20.value ? result : best),
    null,
  );
}
