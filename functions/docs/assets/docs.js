// Shows the OpenAPI document with Swagger UI, and signs in for the requests that are sent from it.
"use strict";

const scheme = "accessToken";
const signIn = document.getElementById("sign-in");
const signOut = document.getElementById("sign-out");
const message = document.getElementById("message");

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const followColours = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followColours);
followColours();

/** The value of a cookie that scripts may read. */
function cookie(name) {
  const pair = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return pair ? pair.slice(name.length + 1) : "";
}

/** A heading between the title and the sections, which would otherwise skip a level. */
function headingOfOperations() {
  const wrap = (Info, { React }) => (props) => {
    const heading = React.createElement("h2", { className: "heading-of-operations" }, "Operations");
    return React.createElement(React.Fragment, null, React.createElement(Info, props), heading);
  };
  return { wrapComponents: { InfoContainer: wrap } };
}

const ui = window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  showExtensions: false,
  plugins: [headingOfOperations],
  // An answer of any validator elsewhere is no business of ours.
  validatorUrl: null,
  // A browser that is signed in by its cookie proves with this that the page is the service's own.
  requestInterceptor: (request) => {
    const token = cookie("csrftoken");
    if (token && !request.headers.Authorization) {
      request.headers["X-CSRFToken"] = token;
    }
    return request;
  },
});

/** Sends a body as JSON to the service, and gives the answer's status and body. */
async function post(path, body, headers) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { ok: response.ok, body: await response.json().catch(() => ({})) };
}

let token = "";

function show(name) {
  signIn.hidden = Boolean(name);
  signOut.hidden = !name;
  document.getElementById("who").textContent = name ? `Signed in as ${name}` : "";
}

signIn.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(signIn);
  message.textContent = "";
  try {
    const answer = await post("/auth/login/", { username: fields.get("username"), password: fields.get("password") });
    if (!answer.ok) {
      message.textContent = answer.body.detail || "The username or the password is missing.";
      return;
    }
    token = answer.body.token;
    ui.preauthorizeApiKey(scheme, token);
    signIn.reset();
    show(answer.body.user_info.username);
    signOut.querySelector("button").focus();
  } catch (error) {
    message.textContent = "The service does not answer.";
  }
});

signOut.addEventListener("submit", async (event) => {
  event.preventDefault();
  ui.authActions.logout([scheme]);
  show("");
  signIn.querySelector("input").focus();
  // Its session ends; if that fails, the token ends by itself after some hours.
  await post("/api/auth/logout/", {}, { Authorization: `Bearer ${token}` }).catch(() => {});
  token = "";
});
