// <password-meter for="new" data-own="ann@example.com Ann" data-words="Too short|Easy to guess|Almost there|Hard to guess">
// says beside a password field how hard it is to guess. It is a hint: the server judges, by a better estimate and with the
// list of known passwords. Without script the hint below the field must do.
const rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"]
const common = ["password", "passwort", "contraseña", "motdepasse", "parool", "welcome", "letmein", "iloveyou", "monkey", "dragon", "football", "master", "secret"]

// bits is about how many yes-or-no questions somebody needs who guesses from words and patterns.
export function bits(password, own) {
  let rest = password.toLowerCase(), sum = 0
  const take = (piece, worth) => {
    if (piece.length > 2 && rest.includes(piece)) { rest = rest.split(piece).join(" "); sum += worth }
  }
  for (const word of own) take(word, 2)
  for (const word of common) take(word, 4)
  for (const row of [...rows, ...rows.map((r) => [...r].reverse().join(""))])
    for (let n = row.length; n > 2; n--) for (let i = 0; i + n <= row.length; i++) take(row.slice(i, i + n), 5)
  rest = rest.replace(/(.)\1{2,}/gu, "$1").replace(/(19|20)\d\d/g, () => { sum += 6; return " " })
  for (const word of rest.split(/[^\p{L}]+/u)) if (word) sum += Math.min(13, 4.5 * word.length)
  for (const other of rest.replace(/[\p{L}\s]/gu, "")) sum += /\d/.test(other) ? 3 : 4
  return sum
}

class PasswordMeter extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"))
    this.words = this.dataset.words.split("|")
    this.own = this.dataset.own.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((w) => w.length > 2)
    this.setAttribute("role", "status")
    this.field?.addEventListener("input", this)
  }
  handleEvent() {
    const typed = this.field.value, worth = bits(typed, this.own)
    const level = [...typed].length < 12 ? 0 : worth < 24 ? 1 : worth < 36 ? 2 : 3
    this.hidden = typed === ""
    this.dataset.level = level
    if (this.textContent !== this.words[level]) this.textContent = this.words[level]
  }
}
customElements.define("password-meter", PasswordMeter)
