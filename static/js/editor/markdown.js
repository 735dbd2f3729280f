// What the editor's tools do with a text: from a text and what is selected in it to one change,
// `{ start, end, text, select }`. Knows of no page.

const LIST = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))([ \t]+)(\[[ xX/-]\](?:[ \t]+|$))?/;
const RULE = /^\s*([-*_])(?:[ \t]*\1){2,}\s*$/;
const FENCE = /^\s{0,3}(?:>\s?)*(`{3,}|~{3,})/;

// The whole lines that a selection is on. One that ends at a line's beginning has not that line.
const lines = (text, start, end) => {
  const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const stop = text.indexOf("\n", last);
  const to = stop < 0 ? text.length : stop;
  return { from, to, lines: text.slice(from, to).split("\n") };
};

// Changed lines in the place of those; the same words stay selected, or the caret where it was.
const changed = (text, start, end, change) => {
  const { from, to, lines: before } = lines(text, start, end);
  const after = change(before, from).join("\n");
  const select = [from, from + after.length];
  if (start === end) {
    const at = Math.max(from, start + after.length - (to - from));
    select.splice(0, 2, at, at);
  }
  return { start: from, end: to, text: after, select };
};

const run = (text, at, step, mark) => {
  let length = 0;
  while (text[at + (step < 0 ? -1 - length : length)] === mark) length += 1;
  return length;
};

// Marks around the selected words, or around the word that the caret is in; and away again.
const around = (mark) => (text, start, end) => {
  if (start === end) {
    const left = /[\p{L}\p{N}_-]*$/u.exec(text.slice(0, start))[0].length;
    const right = /^[\p{L}\p{N}_-]*/u.exec(text.slice(end))[0].length;
    if (left && right) [start, end] = [start - left, end + right];
  }
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  const size = mark.length;
  const outside = Math.min(run(text, start, -1, mark[0]), run(text, end, 1, mark[0]));
  // One star is italic, two are bold, three are both.
  const has = (count) => (mark === "*" ? count % 2 === 1 : count >= size);
  const words = text.slice(start, end);
  if (has(outside)) {
    const select = [start - size, end - size];
    return { start: start - size, end: end + size, text: words, select };
  }
  const inside = Math.min(run(words, 0, 1, mark[0]), run(words, words.length, -1, mark[0]));
  if (inside * 2 < words.length && has(inside)) {
    const bare = words.slice(size, -size);
    return { start, end, text: bare, select: [start, start + bare.length] };
  }
  // No mark reaches over a blank line.
  const paragraphs = /\S(?:[^\n]|\n(?!\s*\n))*/g;
  const wrapped = words.replace(paragraphs, (part) => mark + part.trimEnd() + mark);
  const made = wrapped || mark + mark;
  const select = words.includes("\n")
    ? [start, start + made.length]
    : [start + size, start + made.length - size];
  return { start, end, text: made, select };
};

const code = (text, start, end) => {
  const words = text.slice(start, end);
  if (!words.includes("\n")) return around("`")(text, start, end);
  const block = lines(text, start, end);
  const fence = words.includes("```") ? "~~~" : "```";
  const made = [fence, ...block.lines, fence].join("\n");
  const at = block.from + fence.length;
  return { start: block.from, end: block.to, text: made, select: [at, at] };
};

const link = (text, start, end) => {
  const words = text.slice(start, end);
  if (/^(?:https?:\/\/|mailto:)\S+$/.test(words)) {
    return { start, end, text: `[](${words})`, select: [start + 1, start + 1] };
  }
  const at = words ? start + words.length + 3 : start + 1;
  const select = words ? [at, at + "https://".length] : [at, at];
  return { start, end, text: `[${words}](https://)`, select };
};

// Again and again: a heading, deeper ones, none.
const heading = (text, start, end) =>
  changed(text, start, end, (before) => {
    const level = /^(#{0,6})/.exec(before[0])[1].length;
    const marks = level === 0 ? "## " : level >= 4 ? "" : `${"#".repeat(level + 1)} `;
    return before.map((line) =>
      line.trim() || before.length === 1 ? marks + line.replace(/^#{1,6}[ \t]+/, "") : line,
    );
  });

const kind = (found) => (!found ? "" : found[6] ? "task" : found[2] ? "list" : "numbers");

const list = (wanted) => (text, start, end) =>
  changed(text, start, end, (before) => {
    const found = before.map((line) => LIST.exec(line));
    const some = (index) => before[index].trim() || before.length === 1;
    const all = before.every((_, index) => !some(index) || kind(found[index]) === wanted);
    let number = 0;
    return before.map((line, index) => {
      if (!some(index)) return line;
      const match = found[index];
      const indent = match ? match[1] : /^\s*/.exec(line)[0];
      const words = line.slice(match ? match[0].length : indent.length);
      if (all) return indent + words;
      number += 1;
      const mark = wanted === "numbers" ? `${number}. ` : "- ";
      return indent + mark + (wanted === "task" ? (match?.[6] ?? "[ ] ") : "") + words;
    });
  });

const quote = (text, start, end) =>
  changed(text, start, end, (before) =>
    before.every((line) => line.startsWith(">"))
      ? before.map((line) => line.replace(/^> ?/, ""))
      : before.map((line) => (line ? `> ${line}` : before.length === 1 ? "> " : ">")),
  );

// A block with blank lines around it; `chosen` is what is selected in it.
const block = (text, from, to, made, [chosen, length]) => {
  const above = text.slice(0, from).replace(/[ \t]+$/, "");
  const below = text.slice(to);
  const before = !above || /\n[ \t]*\n$/.test(above) ? "" : above.endsWith("\n") ? "\n" : "\n\n";
  const parted = !below || /^\n[ \t]*(?:\n|$)/.test(below);
  const after = parted ? "" : below.startsWith("\n") ? "\n" : "\n\n";
  const at = from + before.length + chosen;
  return { start: from, end: to, text: before + made + after, select: [at, at + length] };
};

const callout = (text, start, end) => {
  const { from, to, lines: before } = lines(text, start, end);
  const quoted = before.map((line) => (line.trim() ? `> ${line}` : "> "));
  return block(text, from, to, ["> [!note]", ...quoted].join("\n"), [4, 4]);
};

const table = (text, start, end) => {
  const { from, to, lines: before } = lines(text, start, end);
  const empty = "| Name | Value |\n| --- | --- |\n|  |  |";
  // Insert it below the selection, which is left as it is.
  const place = before.join("").trim() ? to : from;
  return block(text, place, to, empty, [2, 4]);
};

// As deep as the words of the item above or of this one, or by a tab where the text has tabs.
const step = (text, from, line) => {
  if (/^\t+(?:[-*+]|\d+[.)])[ \t]/m.test(text)) return "\t";
  const above = text
    .slice(0, Math.max(from - 1, 0))
    .split("\n")
    .at(-1);
  const found = LIST.exec(above) ?? LIST.exec(line);
  return " ".repeat(found ? found[0].length - found[1].length - (found[6] ?? "").length : 2);
};

const indent = (text, start, end) =>
  changed(text, start, end, (before, from) => {
    const more = step(text, from, before[0]);
    return before.map((line) => (line.trim() || before.length === 1 ? more + line : line));
  });

const outdent = (text, start, end) =>
  changed(text, start, end, (before, from) => {
    const { length } = step(text, from, before[0]);
    const less = new RegExp(`^(?:\t| {1,${Math.max(length, 2)}})`);
    return before.map((line) => line.replace(less, ""));
  });

const inFence = (text) => {
  let open = "";
  for (const line of text.split("\n")) {
    const found = FENCE.exec(line)?.[1];
    if (!found) continue;
    if (!open) open = found;
    else if (found[0] === open[0] && found.length >= open.length) open = "";
  }
  return Boolean(open);
};

// Enter goes on with a list, tasks or a quotation, and ends it on an empty line of one. Null
// where it only makes a new line.
const enter = (text, start, end) => {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const stop = text.indexOf("\n", end);
  const line = text.slice(from, stop < 0 ? text.length : stop);
  const quoted = /^\s{0,3}(?:>[ \t]?)*/.exec(line)[0];
  const marks = quoted.includes(">") ? quoted : "";
  const item = LIST.exec(line.slice(marks.length));
  const size = marks.length + (item ? item[0].length : 0);
  if (!size || start < from + size || RULE.test(line) || inFence(text.slice(0, from))) return null;
  if (start === end && !line.slice(size).trim()) {
    const left = item ? marks : "";
    const at = from + left.length;
    return { start: from, end: from + line.length, text: left, select: [at, at] };
  }
  let more = marks;
  if (item) {
    const mark = item[2] ?? Number(item[3]) + 1 + item[4];
    more += item[1] + mark + item[5] + (item[6] ? "[ ] " : "");
  }
  const at = start + 1 + more.length;
  return { start, end, text: `\n${more}`, select: [at, at] };
};

export const tools = {
  bold: around("**"),
  italic: around("*"),
  code,
  link,
  heading,
  list: list("list"),
  numbers: list("numbers"),
  task: list("task"),
  quote,
  table,
  callout,
  indent,
  outdent,
  enter,
};
