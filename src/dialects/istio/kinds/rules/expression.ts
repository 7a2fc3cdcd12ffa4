/** A look at CEL that finds texts which cannot be an expression. It does not know the whole grammar. */

const TOKEN =
  /\s*(?:([A-Za-z_]\w*|\d[\w.]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(&&|\|\||[=!<>]=|[-+*/%<>!?:.,])|([([{])|([)\]}]))/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Whether brackets and quotes are balanced and the text neither starts nor ends with a binary operator. */
export function isExpressionText(text: string): boolean {
  const open: string[] = [];
  let expectsOperand = true;
  TOKEN.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) return false;
    at = TOKEN.lastIndex;
    const [, word, quoted, operator, opening, closing] = match;
    if (word !== undefined || quoted !== undefined) {
      if (!expectsOperand && word !== 'in') return false;
      expectsOperand = word === 'in' && !expectsOperand;
    } else if (opening !== undefined) {
      open.push(CLOSING[opening] ?? '');
      expectsOperand = true;
    } else if (closing !== undefined) {
      if (open.pop() !== closing) return false;
      expectsOperand = false;
    } else {
      const unary = operator === '!' || operator === '-';
      if (expectsOperand && !unary) return false;
      expectsOperand = true;
    }
  }
  return open.length === 0 && !expectsOperand;
}
