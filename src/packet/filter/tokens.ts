// Owns the words of a filter expression, each with its place.

/** A word, number or sign. */
export interface Token {
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

/** Something in an expression that cannot be taken, with its place and its length in characters. */
export class FilterFault extends Error {
  readonly at: number;
  readonly width: number;

  constructor(message: string, at: number, width: number) {
    super(message);
    this.at = at;
    this.width = width;
  }
}

/** Addresses with colons and names with hyphens are one word, but for what stands in brackets: `ip[6:2]`, `tcp[13-1]`. */
const outside = /\\?[a-z0-9_][\w.:-]*(?:\/\d+)?|::[\w.:]*(?:\/\d+)?|&&|\|\||<<|>>|[<>=!]=|[()[\]!&|<>=+*%^/-]/iy;
const inside = /\w+(?:-[a-z][\w-]*)?|<<|>>|[()[\]:&|+*%^/-]/iy;

/** All tokens, then one without text where the expression ends. Throws FilterFault for a character that begins none. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    const pattern = depth > 0 ? inside : outside;
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw new FilterFault(`\`${text[at]}\` begins nothing known`, at, 1);
    // `port 80)` and `len>100` have no blank before the sign; a colon at a word's end belongs to no address.
    tokens.push({ text: found, at });
    if (found === '[') depth++;
    if (found === ']') depth--;
    at += found.length;
  }
  return [...tokens, { text: '', at: text.length }];
}
