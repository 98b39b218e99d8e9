import { LIFECYCLE, type Lifecycle } from '../../db/tables.js';

/** What the common platforms call the stations of an order, by what they mean. Lower case; `_` and `-` read as blanks. */
const WORDS: Readonly<Record<Lifecycle, string>> = {
  pending:
    'pending payment, payment pending, awaiting payment, unpaid, draft, checkout draft, test, fraud, suspected fraud, payment review, ' +
    'zahlung ausstehend, unbezahlt, entwurf, en attente de paiement, pendiente de pago, pago pendiente, 未払い, 待付款',
  placed:
    'processing, pending, open, paid, authorized, partially paid, partially refunded, on hold, new, confirmed, unfulfilled, in progress, ' +
    'awaiting fulfillment, awaiting shipment, received, created, active, ' +
    'offen, bezahlt, in bearbeitung, en cours, payée, pendiente, pagado, procesando, pendente, pago, in attesa, pagato, 処理中, 待发货',
  shipped:
    'in transit, dispatched, partially shipped, partial, out for delivery, sent, ' +
    'versandt, versendet, expédiée, expédié, enviado, spedito, verzonden, 発送済み, 已发货',
  delivered:
    'complete, completed, fulfilled, done, finished, picked up, ' +
    'abgeschlossen, zugestellt, geliefert, livrée, livré, terminée, entregado, completado, entregue, concluído, consegnato, completato, geleverd, 完了, 已完成',
  cancelled:
    'canceled, voided, void, failed, expired, declined, abandoned, cancelled by customer, ' +
    'storniert, abgebrochen, annulée, annulé, cancelado, annullato, geannuleerd, キャンセル, 已取消',
  returned:
    'return, returned to sender, retourniert, zurückgesendet, retournée, retourné, devuelto, devolvido, reso, 返品, 已退货',
  refunded:
    'refund, charged back, chargeback, erstattet, remboursée, remboursé, reembolsado, rimborsato, terugbetaald, 返金, 已退款',
};

const STATIONS = new Map<string, Lifecycle>(
  LIFECYCLE.flatMap((station) => [station, ...WORDS[station].split(', ')].map((word) => [word, station] as const)),
);

/** WooCommerce writes its own words behind this. */
const PREFIX = /^wc-/;

/** The station that a word means; undefined for a word that is not known. Unknown words are reported, never guessed. */
export function stationOf(word: string): Lifecycle | undefined {
  const known = word.toLowerCase().replace(PREFIX, '');
  return STATIONS.get(known) ?? STATIONS.get(known.replace(/[_-]+/g, ' '));
}
