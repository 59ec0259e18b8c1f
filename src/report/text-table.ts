// Owns plain text tables: columns aligned with spaces, and the boxed tables calicoctl prints.

/** Rows under their headings as kubectl shows them: columns three spaces apart, nothing behind the last one. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = widthsOf([headings, ...rows]);
  const lines = [headings, ...rows].map((row) =>
    row
      .map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) + 3 - cellWidth(cell))}`)
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/**
 * Rows as Go's text/tabwriter prints them for calicoctl (minimum width 5, padding 3): every cell is padded, the
 * last one too, because each ends with a tab (recorded output of `calicoctl get`).
 */
export function tabwriterTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = widthsOf([headings, ...rows]).map((width) => Math.max(width + 3, 5));
  const lines = [headings, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(''));
  return `${lines.join('\n')}\n`;
}

/** How a boxed table is drawn: calicoctl changed its library, and with it the places of headings and numbers. */
export interface BoxStyle {
  readonly headings: 'left' | 'centered';
  /** Columns whose cells stand at the right edge; plain whole numbers do so in either style when `centered`. */
  readonly right: readonly number[];
}

/** Rows in a box of `+`, `-` and `|`. */
export function boxedTable(headings: readonly string[], rows: readonly (readonly string[])[], style: BoxStyle): string {
  const widths = widthsOf([headings, ...rows]);
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const head = headings.map((cell, column) => {
    const width = widths[column] ?? 0;
    return style.headings === 'left' ? cell.padEnd(width) : centered(cell, width);
  });
  const body = rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      const isRight = style.right.includes(column) || (style.headings === 'centered' && /^\d+$/.test(cell));
      return isRight ? cell.padStart(width) : cell.padEnd(width);
    }),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[rule, line(head), rule, ...body.map(line), rule].join('\n')}\n`;
}

function centered(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cellWidth(cell));
  }
  return widths;
}

/** Columns a terminal gives to a text: two for each Chinese character (Unicode Standard Annex 11, wide). */
function cellWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character) ? 2 : 1;
  return width;
}
