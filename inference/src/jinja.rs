//! Chat templates as Hugging Face's libraries understand them: Jinja with a few Python methods.
//!
//! The template comes with a model file, so it gets no clock, no files and a bounded number of steps.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, context};

/// Steps after which a template is given up; a real one takes a few hundred for a conversation.
const STEPS: u64 = 1_000_000;

/// Renders `source` for `(role, text)` messages, up to where the assistant begins to speak.
///
/// Thinking aloud is switched off where a template offers that, because only checked sentences are shown. There is no
/// `strftime_now`: a prompt with today's date in it could not be replayed tomorrow. Templates ask whether it is there.
pub(crate) fn render(source: &str, bos: &str, eos: &str, messages: &[(&str, String)]) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_fuel(Some(STEPS));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment
        .add_function("raise_exception", |reason: String| -> Result<Value, Error> { Err(Error::new(ErrorKind::InvalidOperation, reason)) });
    let messages: Vec<Value> = messages.iter().map(|(role, content)| context! { role => *role, content => content.as_str() }).collect();
    environment.render_named_str(
        "chat",
        source,
        context! {
            messages => Value::from(messages),
            bos_token => bos,
            eos_token => eos,
            add_generation_prompt => true,
            enable_thinking => false,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, expected: &str) {
        let messages = [("system", "規則".to_owned()), ("user", "問い".to_owned())];
        assert_eq!(render(template, "<s>", "</s>", &messages).unwrap(), expected);
    }

    #[test]
    fn templates_of_the_usual_shapes_are_rendered() {
        // ChatML, as Qwen and many others have it.
        check(
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
            "<|im_start|>system\n規則<|im_end|>\n<|im_start|>user\n問い<|im_end|>\n<|im_start|>assistant\n",
        );
        // The shape of LLM-jp's, which llama.cpp's own list does not know.
        check(
            "{{bos_token}}{% for message in messages %}{% if message['role'] == 'user' %}{{ '\n\n### 指示:\n' + message['content'] }}{% elif message['role'] == 'system' %}{{ message['content'].strip() }}{% elif message['role'] == 'assistant' %}{{ '\n\n### 応答:\n' + message['content'] + eos_token }}{% endif %}{% if loop.last and add_generation_prompt %}{{ '\n\n### 応答:\n' }}{% endif %}{% endfor %}",
            "<s>規則\n\n### 指示:\n問い\n\n### 応答:\n",
        );
        // Blocks on lines of their own leave no white space behind.
        check(
            "{% for m in messages -%}\n  {%- if m.role == 'user' %}\n    {{- m.content.split('</think>')[-1].lstrip('\\n') }}\n  {%- endif %}\n{%- endfor %}\n",
            "問い",
        );
        check("{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}no clock{% endif %}", "no clock");
        check("{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{% endif %}", "<think>\n\n</think>");
    }

    #[test]
    fn a_template_that_refuses_or_never_ends_is_an_error() {
        let messages = [("system", "規則".to_owned())];
        let refusal = render("{{ raise_exception('System role not supported') }}", "", "", &messages).unwrap_err();
        assert!(refusal.to_string().contains("System role not supported"));
        let endless = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}";
        assert!(render(endless, "", "", &messages).is_err());
        assert!(render("{% generation %}", "", "", &messages).is_err());
    }
}
