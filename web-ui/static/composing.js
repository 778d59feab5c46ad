// While an input method converts, its keys are its own. Safari ends the composition before the key, with code 229.
export const composing = (event) => event.isComposing || event.keyCode === 229;
