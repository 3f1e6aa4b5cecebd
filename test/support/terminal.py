# Runs a program in a pseudo-terminal: COLUMNS COMMAND... Lines of standard input are `WAIT type TEXT` (Python escapes),
# `WAIT columns NUMBER` and `WAIT signal NUMBER`: done once WAIT was seen behind what was seen before. Prints all that the
# terminal got, and to standard error the most memory that the program took, in KiB; ends with its exit code.
import codecs
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def resize(file, columns):
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


steps = [line.rstrip("\n").split(" ", 2) for line in sys.stdin if line.strip()]
pid, terminal = pty.fork()
if pid == 0:
    resize(0, int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
output, seen = bytearray(), 0
end = time.monotonic() + 30
while time.monotonic() < end:
    if steps:
        wait, verb, what = steps[0]
        at = output.find(wait.encode(), seen)
        if at >= 0:
            seen = at + len(wait)
            del steps[0]
            if verb == "type":
                os.write(terminal, codecs.decode(what, "unicode_escape").encode("latin-1"))
            elif verb == "columns":
                resize(terminal, int(what))
            else:
                os.kill(pid, int(what))
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        got = os.read(terminal, 65536)
    except OSError:
        break
    if not got:
        break
    output += got
else:
    os.kill(pid, 9)
_, status, usage = os.wait4(pid, 0)
sys.stdout.buffer.write(bytes(output).replace(b"\r\n", b"\n"))
sys.stderr.write(f"{usage.ru_maxrss}\n")
sys.exit(os.waitstatus_to_exitcode(status) & 255)
