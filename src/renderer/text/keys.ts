/** The names of modifier keys on this system. */

export const IS_MAC = navigator.platform.startsWith('Mac')

/** `⌘` or `Ctrl`. */
export const MOD = IS_MAC ? '⌘' : 'Ctrl'
