/**
 * A long-lived process that answers lines with lines, in order. If it dies or does not answer, the answer to that request is the way in
 * which it ended, a new process is started, and later requests are sent again.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export type Ended = { readonly ended: 'crashed' | 'timed out'; readonly how: string }
type Question = { readonly line: string; readonly answer: (answer: string | Ended) => void }

export class LineProcess {
  private readonly command: string
  private readonly args: readonly string[]
  private readonly timeoutMs: number
  private readonly env: NodeJS.ProcessEnv
  private child: ChildProcessByStdio<Writable, Readable, Readable> | null = null
  private readonly open: Question[] = []
  private timer: NodeJS.Timeout | undefined
  private overtime = false
  private complaint = ''
  /** The number of restarts. */
  restarts = 0

  constructor(command: string, args: readonly string[], timeoutMs: number, env: NodeJS.ProcessEnv = {}) {
    this.command = command
    this.args = args
    this.timeoutMs = timeoutMs
    this.env = { ...process.env, PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1', ...env }
  }

  ask(question: unknown): Promise<string | Ended> {
    return new Promise(answer => {
      this.open.push({ line: `${JSON.stringify(question)}\n`, answer })
      if (this.child === null) this.start()
      else this.child.stdin.write(this.open.at(-1)?.line)
      if (this.open.length === 1) this.watch()
    })
  }

  /** Ends it. Open requests are not answered. */
  async end(): Promise<void> {
    clearTimeout(this.timer)
    const { child } = this
    // The closing process is not lost, because no request waits for it any more.
    this.child = null
    if (child === null || child.exitCode !== null) return
    const closed = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  }

  private start(): void {
    const child = spawn(this.command, this.args, { stdio: ['pipe', 'pipe', 'pipe'], env: this.env })
    this.child = child
    this.overtime = false
    this.complaint = ''
    createInterface({ input: child.stdout }).on('line', line => this.receive(line))
    child.stderr.on('data', (chunk: Buffer) => {
      this.complaint = `${this.complaint}${chunk}`.slice(-2000)
    })
    // Writing to a process that has just died. 'close' reports its end.
    child.stdin.on('error', () => undefined)
    child.on('close', (code, signal) => this.lose(child, code, signal))
    for (const { line } of this.open) child.stdin.write(line)
  }

  private watch(): void {
    clearTimeout(this.timer)
    if (this.open.length === 0) return
    this.timer = setTimeout(() => {
      this.overtime = true
      this.child?.kill('SIGKILL')
    }, this.timeoutMs)
  }

  private receive(line: string): void {
    const question = this.open.shift()
    this.watch()
    question?.answer(line)
  }

  private lose(child: ChildProcessByStdio<Writable, Readable, Readable>, code: number | null, signal: string | null): void {
    if (this.child !== child) return
    this.child = null
    this.restarts += 1
    const how = `${signal ?? `exit code ${code}`} ${this.complaint.trim().split('\n').at(-1) ?? ''}`.trim()
    const ended: Ended = { ended: this.overtime ? 'timed out' : 'crashed', how }
    const culprit = this.open.shift()
    if (this.open.length > 0) {
      this.start()
      this.watch()
    }
    culprit?.answer(ended)
  }
}
