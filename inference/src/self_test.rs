//! Whether the models do their work, asked when the appliance starts.

use crate::InferenceError;
use appliance_core::ports::PortError;
use appliance_core::ports::models::{Embedder, GenerationRequest, Generator, Message, Prompt, PromptProfile, Speaker, TextRole};

const QUESTION: &str = "粗大ごみの手数料はいくらですか";
const ANSWERING: &str = "粗大ごみの収集を申し込む者は、1点につき500円の手数料を納めなければならない。";
const DECOY: &str = "図書館の開館時間は、午前9時から午後7時までとする。";

/// Embeds a question with a passage that answers it and one that does not; the first must be nearer.
pub async fn embedder(embedder: &dyn Embedder) -> Result<(), InferenceError> {
    let failed = |reason: String| InferenceError::SelfTestFailed { model: embedder.identity().name.clone(), reason };
    let because = |e: PortError| failed(e.to_string());
    let question = embedder.embed(TextRole::Query, vec![QUESTION.to_owned()]).await.map_err(because)?;
    let passages = embedder.embed(TextRole::Passage, vec![DECOY.to_owned(), ANSWERING.to_owned()]).await.map_err(because)?;
    let ([question], [decoy, answering]) = (question.as_slice(), passages.as_slice()) else {
        return Err(failed("it gave another number of vectors than there were texts".to_owned()));
    };
    if question.values().len() != embedder.dimension() {
        return Err(failed(format!("its vectors have {} components, {} were announced", question.values().len(), embedder.dimension())));
    }
    let (right, wrong) = (question.cosine(answering).0, question.cosine(decoy).0);
    if right > wrong { Ok(()) } else { Err(failed(format!("it puts a decoy ({wrong:.3}) before the passage that answers ({right:.3})"))) }
}

/// Asks a question over one short source; something legible must come.
pub async fn generator(generator: &dyn Generator) -> Result<(), InferenceError> {
    let failed = |reason: String| InferenceError::SelfTestFailed { model: generator.identity().name.clone(), reason };
    let text = format!("資料[1] 条例\n{ANSWERING}\n\n質問: {QUESTION}\n回答:");
    let prompt = match generator.profile() {
        PromptProfile::Chat => Prompt::Chat(vec![Message { speaker: Speaker::User, text }]),
        PromptProfile::GroundedJa | PromptProfile::Plain => Prompt::Raw(text),
    };
    let request = GenerationRequest { prompt, max_tokens: 8, temperature: 0.0, seed: 0, constraint: None };
    let mut tokens = generator.generate(request).await.map_err(|e| failed(e.to_string()))?;
    let mut output = String::new();
    while let Some(token) = tokens.recv().await {
        output.push_str(&token.map_err(|e| failed(e.to_string()))?);
    }
    if output.chars().any(char::is_alphanumeric) { Ok(()) } else { Err(failed("it wrote nothing legible".to_owned())) }
}
