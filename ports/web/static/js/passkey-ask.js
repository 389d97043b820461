// The browser's side of a passkey: known() tells whether there is one, ask(options, fresh) fetches a challenge and answers
// it with a passkey, or with a new one. It throws what went wrong; status is the server's, where that said no.
export function known() {
  const there = globalThis.PublicKeyCredential
  return Boolean(there?.parseRequestOptionsFromJSON && there.parseCreationOptionsFromJSON)
}

export async function ask(options, fresh) {
  const answer = await fetch(options, { method: "POST", headers: { Accept: "application/json" } })
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).detail), { status: answer.status })
  const { publicKey, slip } = await answer.json()
  const made = fresh
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
  return { slip, credential: JSON.stringify(made.toJSON()) }
}
