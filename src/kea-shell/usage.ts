// What `kea-shell -h` says.

const synopsis = `usage: kea-shell [-h] [--host HOST] [--port PORT] [--path PATH] [--ca CA] [--cert CERT] [--key KEY]
                 [--timeout TIMEOUT] [--service [SERVICE]] [--auth-user USER] [--auth-password PASSWORD]
                 [--auth-password-file FILE] [-v] [-V] [command]
`

export const help = `${synopsis}
Sends one command to keagate, kea-ctrl-agent or a daemon of Kea, and prints the answer as it comes. The arguments of the
command are read from standard input, without the braces around them.

  command                    the command to run (list-commands)
  --host HOST                (127.0.0.1)
  --port PORT                (8000)
  --path PATH                the URL after its first slash
  --ca CA                    file or folder with the CA of the server; the connection then uses TLS
  --cert CERT, --key KEY     the client's certificate and its key, both or none
  --timeout TIMEOUT          seconds until it gives up; 0: never (10)
  --service [SERVICE]        the daemon that the command is for, once or often; none: the program at that address
  --auth-user USER           name and
  --auth-password PASSWORD   password, which others on this host can read in the list of processes
  --auth-password-file FILE  instead: the first line of this file
  -v, -V                     print the version; the version with libraries
  -h, --help                 this text

Exit code: 0 there was an answer, whatever its result; 1 there was no answer; 2 usage mistake.
`

/** For standard error. */
export function usageError(text: string): string {
  return `${synopsis}kea-shell: error: ${text}\n`
}
