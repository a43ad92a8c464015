/** Why encoded or compressed bytes cannot be what they should be. Whatever else is thrown while they are read says nothing about them. */
export class DecodeError extends Error {}
