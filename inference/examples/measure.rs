//! Measures the default models on this machine: `cargo run --release -p inference --example measure -- MODELS_DIR [THREADS] [BATCH]`.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use appliance_core::ports::models::{Embedder, GenerationRequest, Generator, Prompt, TextRole};
use inference::shelf::Shelf;
use inference::{Courtesy, EngineSettings, LlamaEmbedder, LlamaGenerator};
use std::path::PathBuf;
use std::time::Instant;

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "deploy/models/cache".to_owned()));
    let threads = arguments.next().and_then(|t| t.parse().ok()).unwrap_or(0);
    let usual = EngineSettings::default();
    let embedding_batch_tokens = arguments.next().and_then(|t| t.parse().ok()).unwrap_or(usual.embedding_batch_tokens);
    let settings = EngineSettings { threads, embedding_batch_tokens, ..usual };
    let (shelf, courtesy) = (Shelf::open(&folder)?, Courtesy::default());

    let started = Instant::now();
    let embedder = LlamaEmbedder::load(&shelf.embedder(None)?, &settings, &courtesy)?;
    println!("embedder loaded in {:.2} s, {} MB resident", started.elapsed().as_secs_f32(), resident_mb());
    measure_embedding(&embedder).await?;

    let started = Instant::now();
    let generator = LlamaGenerator::load(&shelf.generator(None)?, &settings, &courtesy)?;
    println!("generator loaded in {:.2} s, {} MB resident", started.elapsed().as_secs_f32(), resident_mb());
    measure_generation(&generator).await?;

    println!("both at once:");
    let (embedded, written) = tokio::join!(measure_embedding(&embedder), measure_generation(&generator));
    embedded.and(written)?;
    println!("{} MB resident at the end", resident_mb());
    Ok(())
}

async fn measure_embedding(embedder: &LlamaEmbedder) -> Result<(), Box<dyn std::error::Error>> {
    // About 150 tokens each, all different.
    let article = "市長は、一般廃棄物の処理に関し、特別の事情があると認めるときは、規則で定めるところにより、手数料を減額し、又は免除することができる。";
    let passages: Vec<String> = (0..48).map(|i| format!("第{i}条 {}", article.repeat(4))).collect();
    for round in 0..2 {
        let started = Instant::now();
        for batch in passages.chunks(16) {
            embedder.embed(TextRole::Passage, batch.to_vec()).await?;
        }
        let seconds = started.elapsed().as_secs_f32();
        println!("round {round}: {:.1} passages/s, {} MB resident", passages.len() as f32 / seconds, resident_mb());
    }
    let mut times = Vec::new();
    for i in 0..20 {
        let started = Instant::now();
        embedder.embed(TextRole::Query, vec![format!("第{i}条の手数料はいくらですか")]).await?;
        times.push(started.elapsed().as_secs_f32() * 1000.0);
    }
    times.sort_by(f32::total_cmp);
    println!("question: median {:.1} ms, slowest {:.1} ms", times[10], times[19]);
    Ok(())
}

async fn measure_generation(generator: &LlamaGenerator) -> Result<(), Box<dyn std::error::Error>> {
    let source = "粗大ごみの処理手数料は、1点につき500円とする。ただし、生活保護を受けている者については、これを免除する。";
    for round in 0..3 {
        let prompt = format!("資料[1] 条例\n{}\n\n質問: 手数料は\n回答:", source.repeat(6 + round));
        let prompt_tokens = generator.count_tokens(&prompt).await?;
        let request = GenerationRequest { prompt: Prompt::Raw(prompt), max_tokens: 64, temperature: 1.0, seed: 1, constraint: None };
        let started = Instant::now();
        let mut tokens = generator.generate(request).await?;
        let mut pieces = 0;
        let mut first = None;
        while let Some(piece) = tokens.recv().await {
            piece?;
            pieces += 1;
            first.get_or_insert_with(Instant::now);
        }
        let Some(first) = first else { continue };
        let reading = (first - started).as_secs_f32();
        println!(
            "round {round}: prompt of {prompt_tokens} tokens read at {:.0} tokens/s, then {:.1} pieces/s ({pieces})",
            prompt_tokens as f32 / reading,
            (pieces - 1) as f32 / first.elapsed().as_secs_f32()
        );
    }
    Ok(())
}
