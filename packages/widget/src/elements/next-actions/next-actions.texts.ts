import { textsOf } from '@tessera/ui/texts/texts.js';

export const ACTIONS_TEXTS = {
  nextActions: 'Next actions',
  noActions: 'Nothing to do just now',
  start: 'Start',
  startAction: 'Start: {title}',
  expectedValue: 'Expected {money}',
  maxIncentive: 'Incentive up to {money}',
  kpi: 'Measured by {kpi}',
} as const;

export const actionsText = textsOf(ACTIONS_TEXTS);
