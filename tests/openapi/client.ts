// A client in TypeScript, made from the OpenAPI document: it signs up, posts a tweet with a picture, turns pages and
// refreshes its tokens. docs/clients.md shows how it is made; `cargo xtask test --full` checks its types and runs it.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [, , baseUrl] = process.argv;
const anonymous = createClient<paths>({ baseUrl });

function demand<T>(value: T | undefined, what: string, error?: unknown): T {
  if (value === undefined) {
    throw new Error(`${what}: ${JSON.stringify(error)}`);
  }
  return value;
}

const password = "Zx9!quokka-7";
const username = `typescript${Date.now()}`;
const signup = await anonymous.POST("/api/auth/signup", { body: { username, password } });
const account: components["schemas"]["SignupResponse"] = demand(signup.data, "signup", signup.error);

const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${account.access}` } });

// A mistake is told by field, and typed.
const wrong = await anonymous.POST("/api/auth/signup", { body: { username, password } });
if (wrong.response.status !== 400 || wrong.error === undefined) {
  throw new Error(`a taken name: ${wrong.response.status}`);
}

const picture = await (await fetch(`${baseUrl}/profile/default.png`)).blob();
for (const message of ["The first", "The second", "The third"]) {
  const posted = await client.POST("/api/tweets", {
    body: { message },
    // Files come by multipart. `fetch` writes the boundary into the header.
    bodySerializer: (body) => {
      const form = new FormData();
      form.append("message", body?.message ?? "");
      form.append("imagelinks", picture, "picture.png");
      form.append("alt", "A grey figure");
      return form;
    },
  });
  const tweet: components["schemas"]["ShownTweet"] = demand(posted.data, "post", posted.error);
  if (tweet.message !== message || tweet.media[0]?.alt !== "A grey figure") {
    throw new Error(`another tweet: ${JSON.stringify(tweet)}`);
  }
}

const seen: string[] = [];
let cursor: string | undefined;
do {
  const page = await client.GET("/api/tweets", { params: { query: { limit: 2, cursor } } });
  const { results, next } = demand(page.data, "page", page.error);
  seen.push(...results.map((tweet) => tweet.message));
  cursor = next ? (new URL(next).searchParams.get("cursor") ?? undefined) : undefined;
} while (cursor !== undefined);
if (seen.join() !== "The third,The second,The first") {
  throw new Error(`the pages have ${seen.join()}`);
}

const refreshed = await anonymous.POST("/auth/jwt/refresh", { body: { refresh: account.refresh } });
const { access } = demand(refreshed.data, "refresh", refreshed.error);
const me = await anonymous.GET("/auth/users/me", { headers: { Authorization: `Bearer ${access}` } });
if (demand(me.data, "me", me.error).username !== username) {
  throw new Error("the new token is another's");
}
console.log("the client in TypeScript works");
