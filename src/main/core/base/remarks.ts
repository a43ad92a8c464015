/** What a person should know of how the program runs, and no report says. A thread passes on one sentence on each subject. */

const said = new Set<string>()
let listener: ((subject: string, sentence: string) => void) | undefined

/** Takes the remarks of this thread, and of the threads that it reads with, from now on: each subject once more. */
export function onRemark(listen: (subject: string, sentence: string) => void): void {
  listener = listen
  said.clear()
}

export function remarkOnce(subject: string, sentence: string): void {
  if (said.has(subject)) return
  said.add(subject)
  listener?.(subject, sentence)
}
