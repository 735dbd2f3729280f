// Show the question whether to update links to this page only after its title was changed.

export const startTitle = () => {
  const question = document.querySelector("#kb-editor [data-title]");
  if (!question) return;
  const { form } = question.querySelector("input");
  const updateQuestion = () => {
    const title = form.elements.title.value.replace(/\s+/g, " ").trim();
    question.hidden = title === question.dataset.title;
  };
  form.addEventListener("input", updateQuestion);
  addEventListener("pageshow", updateQuestion);
  updateQuestion();
};
