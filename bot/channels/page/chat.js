"use strict";
// The chat page. The conversation lives in this browser only; every text goes into the page as text, never as HTML.

const STORE = "troly06";
const MAX_KEPT = 60;
const MAX_WAIT_MS = 30000;
const STARTERS = [
  "Kích hoạt VNeID thế nào?", "Tôi quên mật khẩu VNeID", "Đăng ký tạm trú", "Có người gọi bảo cập nhật VNeID",
];
const log = document.getElementById("log");
const status = document.getElementById("status");
const form = document.getElementById("ask");
const question = document.getElementById("question");
let state = load();
let busy = false;

function newState() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return { session: Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join(""), turns: [] };
}

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE));
    if (kept && typeof kept.session === "string" && Array.isArray(kept.turns)) return kept;
  } catch (error) { /* storage is off or damaged: begin anew */ }
  return newState();
}

function save() {
  state.turns = state.turns.slice(-MAX_KEPT);
  try { localStorage.setItem(STORE, JSON.stringify(state)); } catch (error) { /* works without storage too */ }
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) rich(node, text);
  return node;
}

function rich(node, text) {
  text.split(/\*\*(.+?)\*\*/).forEach((part, index) => {
    if (!part) return;
    node.append(index % 2 ? Object.assign(document.createElement("strong"), { textContent: part }) : part);
  });
}

function block(text) {
  const lines = text.split("\n");
  const made = [];
  let list = null;
  lines.forEach((line, index) => {
    const item = /^(?:(\d+)\.|-) (.*)$/.exec(line);
    if (item) {
      const tag = item[1] ? "OL" : "UL";
      if (!list || list.tagName !== tag) { list = element(tag); made.push(list); }
      list.append(element("li", "", item[2]));
      return;
    }
    list = null;
    if (!line.trim()) return;
    const next = lines[index + 1] || "";
    if (/^\*\*[^*]+\*\*$/.test(line)) made.push(element("h2", "", line.slice(2, -2)));
    else if (/^(\d+\.|-) /.test(next) && !made.length) made.push(element("h2", "", line));
    else if (/^(\d+\.|-) /.test(next) && line.endsWith(":")) made.push(element("h3", "", line));
    else if (line.startsWith("Nguồn:")) made.push(element("p", "source", line));
    else made.push(element("p", "", line.replace(/^[^:*.,]{2,12}:(?= )/, "**$&**")));
  });
  return made;
}

function show(turn) {
  const box = element("div", "turn");
  if (turn.mine) {
    const mine = element("p", "mine");
    mine.textContent = turn.mine;
    box.append(mine);
  } else {
    const reply = element("div", "reply" + (turn.alert ? " alert" : ""));
    reply.append(...block(turn.text));
    box.append(reply);
    if (turn.buttons.length) box.append(chips(turn.buttons, turn.first));
  }
  log.append(box);
  return box;
}

// `first`: the number of the first button, where numbers are shown; a citizen may type them.
function chips(buttons, first) {
  const list = element("ul", "chips");
  buttons.forEach((button, index) => {
    const one = element("button", "", (first ? first + index + ". " : "") + button.label);
    one.type = "button";
    one.addEventListener("click", () => send(button.label, button.payload));
    const item = element("li");
    item.append(one);
    list.append(item);
  });
  return list;
}

function remember(turn) {
  state.turns.push(turn);
  save();
  return show(turn);
}

async function post(body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), MAX_WAIT_MS);
  try {
    const response = await fetch("/api/messages", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      signal: patience.signal,
    });
    const data = await response.json();
    if (!response.ok) throw Object.assign(new Error(), { told: data.error });
    return data;
  } finally {
    clearTimeout(timer);
  }
}

async function send(text, payload) {
  if (busy) return;
  busy = true;
  form.querySelector("button").disabled = true;
  status.className = "";
  status.textContent = "Đang tìm câu trả lời…";
  const session = state.session;
  if (!state.turns.length) {
    if (log.contains(document.activeElement)) log.focus({ preventScroll: true });
    log.replaceChildren();
  }
  const mine = show({ mine: text });
  mine.scrollIntoView({ block: "start" });
  if (matchMedia("(pointer: coarse)").matches) question.blur();
  try {
    const data = await post({ session, text: payload ? "" : text, press: payload || "" });
    if (session !== state.session) return; // the conversation was deleted meanwhile
    mine.querySelector(".mine").textContent = payload ? text : data.heard || text;
    state.turns.push({ mine: mine.textContent });
    // Buttons under several replies are numbered, running on, as the server counts them.
    const numbered = data.replies.filter((reply) => reply.buttons.length).length > 1;
    let next = 1;
    data.replies.forEach((reply, index) => {
      const alert = data.outcome === "safety" && index === 0;
      remember({ text: reply.text, buttons: reply.buttons, first: numbered ? next : 0, alert });
      next += reply.buttons.length;
    });
    status.textContent = "";
    if (question.value.trim() === text) question.value = "";
    grow();
    mine.scrollIntoView({ block: "start" });
  } catch (error) {
    if (session !== state.session) return;
    mine.remove();
    if (!state.turns.length) begin();
    if (!payload && !question.value) question.value = text;
    status.className = "problem";
    status.textContent = error.told || "Chưa gửi được, có thể do mạng yếu. Bạn thử lại nhé.";
  } finally {
    busy = false;
    form.querySelector("button").disabled = false;
  }
}

function grow() {
  question.style.height = "auto";
  question.style.height = Math.min(question.scrollHeight + 4, 160) + "px";
}

function begin() {
  log.replaceChildren();
  if (state.turns.length) state.turns.forEach(show);
  else log.append(element("p", "hint", "Bấm một câu hay hỏi, hoặc gõ câu hỏi ở ô bên dưới:"), chips(STARTERS.map((label) => ({ label, payload: "" }))));
}

function ask(event) {
  event.preventDefault();
  const text = question.value.trim();
  if (text) send(text, "");
  else question.focus();
}

form.addEventListener("submit", ask);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) ask(event);
});
question.addEventListener("input", grow);
document.getElementById("forget").addEventListener("click", () => {
  fetch("/api/sessions/" + state.session, { method: "DELETE", keepalive: true }).catch(() => {
    status.textContent = "Đã xóa trên máy này. Mạng yếu nên máy chủ sẽ tự quên sau một thời gian.";
  });
  try { localStorage.removeItem(STORE); } catch (error) { /* nothing was kept */ }
  state = newState();
  begin();
  status.className = "";
  status.textContent = "Đã xóa hội thoại.";
  window.scrollTo(0, 0);
});
begin();
if (state.turns.length) window.scrollTo({ top: document.body.scrollHeight, behavior: "instant" });
