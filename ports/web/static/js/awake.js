// Awake keeps a phone's screen on while bytes are moving: in a sleeping phone they stop.
export class Awake {
  #lock = null

  async keep(busy) {
    try {
      if (busy && !this.#lock && !document.hidden) {
        this.#lock = await navigator.wakeLock?.request("screen") ?? null
        this.#lock?.addEventListener("release", () => { this.#lock = null })
      } else if (!busy) {
        await this.#lock?.release()
      }
    } catch { /* not allowed here; the bytes move all the same */ }
  }
}
