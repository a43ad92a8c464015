/** The reason why encoded or compressed bytes are invalid. Any other error during decoding says nothing about the bytes. */
export class DecodeError extends Error {}
