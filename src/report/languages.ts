// Owns the languages an explanation can be told in.

/** English and Chinese, by their codes (ISO 639-1). */
export const languages = ['en', 'zh'] as const;

/** One of them. */
export type Language = (typeof languages)[number];
