/**
 * An amount of the shop's currency as a person writes it, with two decimals.
 * @param currency its code, said after the amount; nothing is when it is left out
 */
export const moneyInWords = (amount: number, currency = '') => `${amount.toFixed(2)} ${currency}`.trimEnd();
