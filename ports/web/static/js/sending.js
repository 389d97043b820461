// One file on its way: tus-js-client with a patience of our own. The library gives up after nine seconds; a phone in
// a tunnel needs minutes (S1.i23).
import { digest, fingerprint } from "./fingerprint.js"

const mebibyte = 1 << 20
const stall = 30_000 // ms without a byte: the connection is dead whatever the browser thinks
const english = {
  unreadable: "This file can’t be read. If it is in a cloud or in another app, save it to your device first, then choose it again.",
  changed: "This file has changed or can’t be read any more. Save it to your device first, then choose it again.",
  refused: "The server did not accept this file.",
}
const hint = 512 // bytes that go with the announcement, so that a wrong type is refused before the rest travels

// Sending is an EventTarget: "change" whenever it is to be shown anew, "end" when it is over.
// state: waiting, sending, paused, offline (it tries again by itself), checking, done, refused, cancelled.
export class Sending extends EventTarget {
  state = "waiting"
  sent = 0
  rate = 0 // bytes per second, smoothed
  why = "" // of refused; of offline where the server has said it
  code = "" // of refused: the rule's, where the server has named one
  retryAt = 0
  startedAt = 0
  gone = new Set() // ids that the server's list may still have, and that take nothing any more
  #upload = null
  #adopted = "" // its id, where an earlier try had arrived without our knowing
  #print = ""
  #tries = 0 // without an acknowledged byte
  #held = 0 // bytes that the server has acknowledged
  #timer = 0
  #watch = 0
  #mark = null
  #moved = 0
  #rival = false // another device sends the same: what is acknowledged may be its bytes
  #creating = false // the server has been asked for an address and has not answered yet

  // find(sending, again) looks among the server's files for one that this is a part of, { id }, or all of, { id, whole }.
  // wish is the name that it gets at the server instead of its own. About is what else the server is told of it. Words are
  // those of pages in other languages.
  constructor(file, { base, find, wish = "", about = {}, words = english }) {
    super()
    Object.assign(this, { file, base, find, wish, about, words })
    this.key = crypto.randomUUID?.() ?? String(Math.random())
  }

  get name() { return this.wish || this.file.name }
  get over() { return this.state === "done" || this.state === "refused" || this.state === "cancelled" }
  get moving() { return this.state === "sending" || this.state === "checking" }
  get id() { return this.#adopted || (this.#upload?.url?.split("/").pop() ?? "") }
  get print() { return this.#print }
  get small() { return this.file.size <= mebibyte }

  async start() {
    if (this.over) return
    clearTimeout(this.#timer)
    this.startedAt ||= performance.now()
    this.#to("sending")
    try {
      if (!this.#upload) await this.#prepare()
      if (!this.#upload.url && !this.#creating) await this.#remember()
    } catch {
      this.#refuse(this.words.unreadable)
      return
    }
    if (this.state !== "sending") return // paused meanwhile
    this.#mark = null
    this.#moved = performance.now()
    this.#watch ||= setInterval(() => this.#look(), 2000)
    if (this.#creating) return // goes on when the answer comes
    this.#creating = !this.#upload.url
    // With an endpoint the library would begin anew whenever it can't learn how far an upload is.
    this.#upload.options.endpoint = this.#creating ? `${this.base}uploads/` : null
    this.#upload.start()
  }

  async #prepare() {
    const [print, head] = await Promise.all([fingerprint(this.file, this.base), this.file.slice(0, hint).arrayBuffer()])
    this.#print = print
    this.#upload = new globalThis.tus.Upload(this.file, {
      metadata: {
        filename: this.file.name, filetype: this.file.type || "application/octet-stream", fingerprint: print, ...this.about,
        head: btoa(String.fromCharCode(...new Uint8Array(head))),
      },
      chunkSize: 64 * mebibyte,
      retryDelays: null,
      uploadDataDuringCreation: this.small,
      fingerprint: async () => print,
      storeFingerprintForResuming: false, // the server knows; this browser keeps nothing
      onUploadUrlAvailable: () => this.#created(),
      onAfterResponse: (_, response) => this.#acknowledged(Number(response.getHeader("Upload-Offset"))),
      onProgress: (sent) => this.#progress(sent),
      onSuccess: () => this.#done(),
      onError: (error) => this.#failed(error),
    })
  }

  // #remember continues what the server has of this file: from an earlier visit, another device, or a try whose answer
  // was lost on the way.
  async #remember() {
    const found = await this.find(this, this.#tries > 0)
    if (found?.whole) {
      this.#adopted = found.id
      this.#done()
    } else if (found) {
      this.#upload.url = `${this.base}uploads/${found.id}`
    }
  }

  // digest is the SHA-256 of the whole file; for small ones.
  digest() { return digest(this.file) }

  // What is stopped before the server has named its address stops when it has: otherwise a beginning of which nobody
  // knows would stay there.
  async pause() {
    clearTimeout(this.#timer)
    this.#to("paused")
    if (this.#nameless) return
    this.#creating = false
    await this.#upload?.abort()
  }

  async cancel() {
    clearTimeout(this.#timer)
    this.#stopWatching()
    this.#to("cancelled")
    if (!this.#nameless) await this.#withdraw()
  }

  get #nameless() { return this.#creating && !this.#upload.options.uploadDataDuringCreation }

  #created() {
    this.#creating = false
    if (this.state === "paused") this.#upload.abort()
    if (this.state === "cancelled") this.#withdraw()
  }

  async #withdraw() {
    this.#creating = false
    try {
      await this.#upload?.abort(Boolean(this.#upload.url))
    } catch (error) {
      if (error.originalResponse?.getStatus() === 409) this.#to("done") // it has arrived meanwhile
    } // anything else: the server forgets it by itself after a day
    this.dispatchEvent(new Event("end"))
  }

  // nudge tries again at once: the browser is online again, or the page is looked at again.
  nudge() {
    if (this.state === "offline") this.start()
  }

  // #acknowledged: only what the server has is progress; a proxy may swallow bytes without passing them on.
  #acknowledged(offset) {
    if (!(offset > this.#held)) return
    this.#held = offset
    if (!this.#rival) this.#tries = 0
  }

  #progress(sent) {
    if (this.state !== "sending") return
    const now = performance.now()
    if (sent > this.sent) this.#moved = now
    this.#mark ??= { at: now, sent }
    const seconds = (now - this.#mark.at) / 1000
    if (seconds >= 1) {
      const rate = (sent - this.#mark.sent) / seconds
      this.rate = this.rate ? this.rate * 0.7 + rate * 0.3 : rate
      this.#mark = { at: now, sent }
    }
    this.sent = Math.max(this.sent, sent)
    if (this.sent >= this.file.size) this.state = "checking" // the server looks at the whole file
    this.dispatchEvent(new Event("change"))
  }

  #look() {
    if (this.state !== "sending" || performance.now() - this.#moved < stall) return
    this.#creating = false
    this.#upload.abort()
    this.#again()
  }

  #done() {
    this.sent = this.file.size
    this.#stopWatching()
    this.#to("done")
    this.dispatchEvent(new Event("end"))
  }

  #failed(error) {
    this.#creating = false
    if (this.state === "cancelled") this.dispatchEvent(new Event("end"))
    if (this.state === "paused" || this.over) return
    const response = error.originalResponse, status = response?.getStatus() ?? 0, told = sentence(response)
    if (status === 0 && /read|NotFound|NotReadable/i.test(`${error.causingError?.name} ${error.causingError?.message}`)) {
      this.#refuse(this.words.changed)
      return
    }
    const begun = Boolean(this.#upload.url)
    if (begun && error.originalRequest?.getMethod() === "HEAD" && [404, 410].includes(status)) { // it ended meanwhile: anew
      this.gone.add(this.id)
      this.#upload.url = null
      this.sent = this.#held = 0
      this.start()
      return
    }
    const swallowed = status === 413 && !told && this.#upload.options.chunkSize > 8 * mebibyte // by a proxy, not by the server
    const passing = swallowed || [408, 409, 423, 425, 429].includes(status) || status === 507 && begun
    if ((status >= 400 && status < 500 || status === 507) && !passing) {
      this.code = rule(response)
      this.#refuse(told || this.words.refused)
      return
    }
    this.#rival = status === 423
    this.#again(Number(response?.getHeader("Retry-After")) || (this.#rival ? 5 : 0), [423, 429, 507].includes(status) ? told : "", swallowed)
  }

  // #again waits 1, 2, 4 … 60 seconds, at least what the server asked for, and tries until the upload's right ends.
  #again(atLeast = 0, why = "", small = false) {
    const seconds = Math.max(atLeast, Math.min(60, 2 ** this.#tries++))
    if ((small || this.#tries >= 2) && this.#upload) this.#upload.options.chunkSize = 8 * mebibyte // something between us dislikes long requests
    this.rate = 0
    this.why = why
    this.#timer = setTimeout(() => this.start(), seconds * 1000)
    this.#to("offline")
  }

  #refuse(why) {
    this.why = why
    this.#stopWatching()
    this.#to("refused")
    this.dispatchEvent(new Event("end"))
  }

  #stopWatching() {
    clearInterval(this.#watch)
    this.#watch = 0
  }

  #to(state) {
    this.state = state
    this.dispatchEvent(new Event("change"))
  }
}

// rule is the code of what a problem+json answer has refused.
function rule(response) {
  try {
    return JSON.parse(response.getBody()).type?.split(/[/:]/).pop() ?? ""
  } catch {
    return ""
  }
}

// sentence is what a problem+json answer says to a person.
function sentence(response) {
  try {
    const problem = JSON.parse(response.getBody())
    return problem.detail || problem.title || ""
  } catch {
    return ""
  }
}
