// Gradio runs this once and gives it the control's `element` and `props`; another value is a `change` to it.
import(`${window.gradio_config.root}/webcam/threshold.js`).then(({ beginThreshold }) => {
  beginThreshold(element, props, (chosen) => {
    props.value = chosen;
  });
});
