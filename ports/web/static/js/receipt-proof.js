// What a receipt proves: the rules of domain/receipt, in the browser, with the same answers. Nothing here asks a server.
const prefix = "portico receipt v1\n"
const longest = 32 << 20 // bytes

// check is {answer, key, receipt, why} of a file's text: answer is "genuine", "altered", "unknown_key", "not_a_receipt",
// or "unable" in a browser that can't check signatures; receipt is there only where it is genuine. keys are a JWK set's.
export async function check(file, keys) {
  if (file.size > longest) return notOne(`it has ${file.size} bytes, and a receipt has at most ${longest}`)
  const document = parsed(await file.text())
  if (!document) return notOne("it is not the JSON of one")
  const { receipt, signature } = document
  if (signature.algorithm !== "Ed25519") return notOne(`its signature is of the kind “${signature.algorithm}”, which is not known here`)
  if (receipt.version !== 1) return notOne(`it is of version ${receipt.version}, which is not known here`)
  const key = signature.key, published = keys.find((k) => k.kid === key)
  if (!published) return { answer: "unknown_key", key }
  const value = bytes(signature.value)
  if (!value) return { answer: "altered", key }
  let holds
  try {
    const verifier = await crypto.subtle.importKey("raw", bytes(published.x), { name: "Ed25519" }, false, ["verify"])
    holds = await crypto.subtle.verify("Ed25519", verifier, value, new TextEncoder().encode(prefix + canonical(receipt)))
  } catch {
    return { answer: "unable", key }
  }
  return holds ? { answer: "genuine", key, receipt } : { answer: "altered", key }
}

const notOne = (why) => ({ answer: "not_a_receipt", why })

// parsed is a receipt and its signature, and nothing beside them; null for anything else.
function parsed(text) {
  try {
    const document = JSON.parse(text)
    const has = (o, ...names) => Object.keys(o).sort().join() === names.join()
    const texts = Object.values(document.signature).every((v) => typeof v === "string")
    const fits = has(document, "receipt", "signature") && has(document.signature, "algorithm", "key", "value") && texts
    const object = document.receipt && typeof document.receipt === "object" && !Array.isArray(document.receipt)
    return fits && object && !repeats(text) ? document : null
  } catch {
    return null
  }
}

// repeats tells that a name occurs twice in one object: JSON.parse would take the last and show no sign of it. text is JSON.
function repeats(text) {
  const open = []
  for (const [token, name, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set())
    else if (token === "}") open.pop()
    else if (colon) {
      const names = open.at(-1), size = names.size
      if (names.add(JSON.parse(name)).size === size) return true
    }
  }
  return false
}

// canonical is RFC 8785, which was made from what browsers do.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`
}

// bytes decodes base64url without padding; null for anything else, also for what decodes in another spelling.
function bytes(text) {
  try {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
    const again = btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
    return again === text ? Uint8Array.from(raw, (c) => c.charCodeAt(0)) : null
  } catch {
    return null
  }
}

// match is {file, answer} of a file at hand: by its content, and its name helps only to say what is wrong with another
// one. answer is "matches", "differs" or "not_in_receipt".
export function match(receipt, name, size, digest) {
  const named = (f) => [f.name, f.sent_as].some((n) => n.normalize() === name.normalize())
  const same = receipt.files.filter((f) => f.size === size && f.sha256 === digest)
  if (same.length) return { file: same.find(named) ?? same[0], answer: "matches" }
  const namesake = receipt.files.find(named)
  return namesake ? { file: namesake, answer: "differs" } : { answer: "not_in_receipt" }
}
