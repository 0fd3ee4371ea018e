/** 13 to 19 digits, perhaps in groups, that are not part of a longer number. */
const CARD_LIKE = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;

/** Text for people and machines outside: what looks like a card number keeps its last four digits. */
export function maskCardNumbers(text: string): string {
  return text.replace(CARD_LIKE, (found) => {
    const digits = found.replace(/\D/g, '');
    return passesLuhn(digits) ? `****${digits.slice(-4)}` : found;
  });
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, character, index) => {
    const digit = Number(character) * (index % 2 === 0 ? 1 : 2);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}
