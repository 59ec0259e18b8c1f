// Owns the table of labs as Markdown: what each lab and each of its variants proves, in the words of its own file. Pure.

/** What the table needs to know of a lab. */
export interface ListedLab {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly { readonly name: string; readonly title: string | undefined }[];
}

/** One row a lab and a row a variant, by name; ends with a newline. A `|` in a title is escaped (GitHub Flavored Markdown 4.10). */
export function labTable(labs: readonly ListedLab[]): string {
  const rows = labs.flatMap(({ name, title, variants }) => [
    [name, title],
    ...variants.map((variant) => [`${name}:${variant.name}`, variant.title ?? title]),
  ]);
  return [
    '| lab | proves |',
    '| --- | --- |',
    ...rows.map(([name, title = '']) => `| \`${name}\` | ${title.replaceAll('|', '\\|')} |`),
    '',
  ].join('\n');
}
