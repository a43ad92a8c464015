/** Thrown for a valid but rare form that the fast reader leaves to the general reader. It says nothing about the bytes. */
export class NotFast extends Error {}
