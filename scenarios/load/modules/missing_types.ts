/**
 * Types of models that a version of a runtime does not have, as its sources and releases show: much older versions than those that first
 * had them, so that no judgement hangs on a single release.
 *
 * @module
 */

/** In mlx-lm since 0.25 or later. */
const LATER_IN_MLX_LM: ReadonlySet<string> = wordsOf(
  "Klear afm7 afmoe apertus bailing_hybrid bailing_moe bailing_moe_linear bailing_moe_v3 bitnet deepseek_v32 " +
    "deepseek_v41 dots1 ernie4_5 ernie4_5_moe exaone4 exaone_moe falcon_h1 gear gemma3n gemma4 gemma4_text glm " +
    "glm4_moe glm4_moe_lite glm_moe_dsa gpt_oss gptj granitemoe granitemoehybrid hunyuan_v1_dense iquestloopcoder " +
    "jamba kimi_k25 kimi_k3 kimi_linear laguna lfm2 lfm2-vl lfm2_moe lille-130m llama4_text longcat_flash " +
    "longcat_flash_ngram mamba2 mellum mimo_v2_flash minimax minimax_m3_vl ministral3 mistral4 muse_glimmer " +
    "muse_spark nanbeige nanochat nemotron_h olmo3 olmo_hybrid pixtral plamo3 qwen2_vl qwen3_5 qwen3_5_moe qwen3_next " +
    "qwen3_vl qwen3_vl_moe rwkv7 seed_oss smollm3 spark2_5 step3p5 talkie telechat3 youtu_llm",
);

/** In no mlx-swift-lm up to 3.31.4. */
const NOT_IN_SWIFT: ReadonlySet<string> = wordsOf(
  "Klear afm7 bailing_hybrid bailing_moe_linear bailing_moe_v3 cohere2 dbrx deepseek deepseek_v32 deepseek_v41 " +
    "dots1 ernie4_5_moe exaone exaone_moe gear glm glm_moe_dsa gpt2 gpt_bigcode gpt_neox gptj granitemoe hunyuan " +
    "internlm3 iquestloopcoder kimi_k25 kimi_k3 kimi_linear kimi_vl laguna llama4 llama4_text longcat_flash " +
    "longcat_flash_ngram mamba mellum minicpm3 minimax_m3_vl ministral3 mistral4 muse_spark nemotron nemotron-nas " +
    "olmo_hybrid phi3small phixtral plamo plamo2 plamo3 qwen qwen2_moe recurrent_gemma rwkv7 seed_oss solar_open " +
    "spark2_5 stablelm step3p5 talkie telechat3 youtu_llm",
);

/** In mlx-swift-lm since 2.25 or later. */
const LATER_IN_SWIFT: ReadonlySet<string> = wordsOf(
  "afmoe apertus baichuan_m1 bailing_moe bitnet deepseek_v3 ernie4_5 exaone4 falcon_h1 gemma4 gemma4_text glm4 " +
    "glm4_moe glm4_moe_lite gpt_oss granite granitemoehybrid jamba lfm2-vl lfm2_moe lille-130m mamba2 mimo " +
    "mimo_v2_flash minicpm minimax mistral3 mixtral nanochat nemotron_h olmo2 olmo3 olmoe pixtral qwen3_5 qwen3_5_moe " +
    "qwen3_moe qwen3_next qwen3_vl smollm3",
);

/** Runtimes with a version that do not have a type. */
export function runtimesWithout(type: string): string[] {
  return [
    ...(LATER_IN_MLX_LM.has(type) ? ["mlx-lm 0.22.0"] : []),
    ...(NOT_IN_SWIFT.has(type) ? ["mlx-swift-lm 3.31.4", "mlx-swift-lm 2.21.2"] : []),
    ...(LATER_IN_SWIFT.has(type) ? ["mlx-swift-lm 2.21.2"] : []),
  ];
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
