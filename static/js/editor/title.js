// The question about the links that say a page's title is asked once that title is another.

export const startTitle = () => {
  const question = document.querySelector("#kb-editor [data-title]");
  if (!question) return;
  const { form } = question.querySelector("input");
  const ask = () => {
    const title = form.elements.title.value.replace(/\s+/g, " ").trim();
    question.hidden = title === question.dataset.title;
  };
  form.addEventListener("input", ask);
  addEventListener("pageshow", ask);
  ask();
};
