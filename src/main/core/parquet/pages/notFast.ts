/** What the fast reader leaves to the general one: a form that is valid and rare. It says nothing about the bytes. */
export class NotFast extends Error {}
