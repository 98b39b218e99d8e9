import { type Amount, formatMoney } from '@tessera/ui/format/formats.js';
import { html, type TemplateResult } from 'lit/html.js';
import { joinTexts, ownDirection } from '../../base/own-direction.js';
import { actionsText } from './next-actions.texts.js';

export interface ActionRecommendation {
  action: { key: string; title: string };
  reason: string;
  kpi: string;
  expectedValue: Amount | null;
  maxIncentive: Amount | null;
}

/** A list of actions in the order given: what, why, and what it is worth. */
export function renderActions(
  actions: readonly ActionRecommendation[],
  start: (action: string) => void,
): TemplateResult {
  return html`<ul class="items" part="actions">
    ${actions.map(({ action: { key, title }, reason, kpi, expectedValue, maxIncentive }) => {
      const facts = [
        expectedValue && actionsText('expectedValue', { money: formatMoney(expectedValue) }),
        maxIncentive && actionsText('maxIncentive', { money: formatMoney(maxIncentive) }),
        kpi && actionsText('kpi', { kpi }),
      ];
      return html`<li class="item" part="action">
        <div class="body">
          <strong part="title">${title}</strong>
          <div class="extra" part="reason">${ownDirection(reason)}</div>
          <div class="muted extra" part="facts">${joinTexts(facts)}</div>
        </div>
        <button
          type="button"
          class="chip"
          part="start"
          aria-label=${actionsText('startAction', { title })}
          @click=${() => start(key)}
        >
          ${actionsText('start')}
        </button>
      </li>`;
    })}
  </ul>`;
}
