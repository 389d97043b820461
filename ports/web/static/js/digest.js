// The SHA-256 of a file of any size: it is read in pieces, so that 5 GB need no more memory than 5 KB, and between the
// pieces the page stays alive. The browser's own digest takes whole files only; a worker would need an address as a
// string, which the policy of the pages forbids.
import { sha256 } from "./sha2.js"

const piece = 256 * 1024 // bytes between two looks at the clock
const turn = 24 // ms that the page may wait for its turn

// digest is 64 hex digits. progress hears the share that is done, 0 to 1. It fails where the file can't be read, as one
// that was changed or removed since it was chosen.
export async function digest(file, progress) {
  const hash = sha256.create(), reader = file.stream().getReader()
  let done = 0, since = performance.now()
  for (;;) {
    const { value, done: end } = await reader.read()
    if (end) break
    for (let at = 0; at < value.length; at += piece) {
      const part = value.subarray(at, at + piece)
      hash.update(part)
      done += part.length
      if (performance.now() - since < turn) continue
      progress(done / file.size)
      await new Promise((next) => setTimeout(next))
      since = performance.now()
    }
  }
  return [...hash.digest()].map((b) => b.toString(16).padStart(2, "0")).join("")
}
