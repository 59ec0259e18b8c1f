// Owns text inside XML, SVG and HTML: whatever it holds, it stays text.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text for an element or a quoted attribute: XML's five characters, and a question mark for those XML 1.0 forbids. */
export function escaped(text: string): string {
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '?').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
