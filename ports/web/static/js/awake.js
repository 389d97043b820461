// Awake keeps a phone's screen on while bytes are moving: in a sleeping phone they stop.
export class Awake {
  #lock = null
  #busy = false
  #asking = false

  async keep(busy) {
    this.#busy = busy
    if (this.#asking) return // one lock at a time; what is wanted by then counts
    this.#asking = true
    try {
      if (busy && !this.#lock && !document.hidden) {
        this.#lock = await navigator.wakeLock?.request("screen") ?? null
        this.#lock?.addEventListener("release", () => { this.#lock = null })
      }
      if (!this.#busy) await this.#lock?.release()
    } catch { /* not allowed here; the bytes move all the same */ }
    this.#asking = false
  }
}
