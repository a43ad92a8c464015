/** Network system calls of a process and all its children, as traced by strace. */

/** Arguments of strace that write every such system call to a file. The program to run follows them. */
export function networkTrace(file: string): string[] {
  return ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=%network', '-o', file]
}

/** `connect(20, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = 0` */
const ADDRESSED = /\b(?:connect|sendto|sendmsg|sendmmsg|bind)\(.*?sa_family=(AF_\w+)(.*)/

const LOCAL: ReadonlySet<string> = new Set(['AF_UNIX', 'AF_NETLINK', 'AF_UNSPEC'])

/** The lines of a trace that name an address outside this machine. */
export function abroad(trace: string): string[] {
  return trace.split('\n').filter(line => {
    const [, family, rest = ''] = ADDRESSED.exec(line) ?? []
    return family !== undefined && !LOCAL.has(family) && !/inet_addr\("127\.|inet_pton\(AF_INET6, "::1"/.test(rest)
  })
}
