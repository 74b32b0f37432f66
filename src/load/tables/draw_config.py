"""Draws small configurations that mlx-lm's argument classes accept, by the names and types of their fields."""

import dataclasses
import sys
import typing

SIZES = {
    "hidden_size": 128, "n_embd": 128, "d_model": 128, "hidden_dim": 128, "model_dim": 128, "block_dim": 128,
    "dim": 128, "intermediate_size": 192, "moe_intermediate_size": 96, "n_inner": 256, "ffn_dim": 192,
    "ffn_hidden_size": 192, "expert_ffn_hidden_size": 96, "shared_expert_intermediate_size": 160,
    "moe_shared_expert_intermediate_size": 160, "shared_intermediate_size": 160, "intermediate_size_mlp": 224,
    "ff_intermediate_size": 192, "block_ff_dim": 192, "share_expert_dim": 160, "moe_latent_size": 96,
    "dense_intermediate_size": 192, "vocab_size": 320, "num_vocab": 320, "vocab_size_per_layer_input": 288,
    "hidden_size_per_layer_input": 32, "head_dim": 32, "global_head_dim": 64, "v_head_dim": 32,
    "qk_nope_head_dim": 32, "qk_rope_head_dim": 16, "qk_head_dim": 48, "q_lora_rank": 96, "kv_lora_rank": 64,
    "index_head_dim": 32, "index_n_heads": 4, "swa_head_dim": 48, "swa_v_head_dim": 32, "rotary_dim": 16,
    "mamba_d_ssm": 128, "mamba_d_head": 32, "mamba_n_heads": 4, "mamba_num_heads": 4, "mamba_head_dim": 32,
    "mamba_d_state": 16, "state_size": 16, "ssm_state_size": 16, "time_step_rank": 8, "n_groups": 2,
    "hidden_size_per_head": 32, "head_size": 32, "linear_key_head_dim": 32, "linear_value_head_dim": 48,
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "a_low_rank_dim": 32, "decay_low_rank_dim": 32,
    "v_low_rank_dim": 32, "gate_low_rank_dim": 32, "lru_width": 128, "o_lora_rank": 32, "moe_expert_dim": 96,
    "kv_channels": 32, "out_hidden_size": 64, "projector_hidden_size": 96, "image_feature_size": 64,
    "ngram_vocab_size_ratio": 2,
}
COUNTS = {
    "num_hidden_layers": 6, "n_layer": 6, "n_layers": 6, "num_layers": 6, "num_transformer_layers": 6,
    "num_attention_heads": 4, "n_head": 4, "n_heads": 4, "num_heads": 4, "num_key_value_heads": 2, "num_kv_heads": 2,
    "n_kv_heads": 2, "num_global_key_value_heads": 1, "swa_num_attention_heads": 4, "swa_num_key_value_heads": 2,
    "num_swa_attention_heads": 8, "num_swa_key_value_heads": 4, "num_attention_groups": 2,
    "num_experts": 4, "num_local_experts": 4, "n_routed_experts": 4, "moe_num_experts": 4, "num_routed_experts": 4,
    "num_experts_per_tok": 2, "moe_topk": 2, "moe_k": 2, "moe_top_k": 2, "top_k_experts": 2, "zero_expert_num": 2,
    "num_experts_per_token": 2, "n_shared_experts": 1, "num_shared_experts": 1, "num_shared_expert": 1,
    "first_k_dense_replace": 1, "num_dense_layers": 2, "moe_layer_freq": 1, "decoder_sparse_step": 1,
    "attn_layer_period": 2, "attn_layer_offset": 1, "expert_layer_period": 2, "expert_layer_offset": 1,
    "interleave_moe_layer_step": 2, "num_kv_shared_layers": 2, "num_kv_reuse_layers": 2, "layer_group_size": 3,
    "n_group": 1, "topk_group": 1, "num_expert_group": 1, "group_norm_size": 2, "cla_share_factor": 2,
    "full_attention_interval": 3, "sliding_window_pattern": 3, "sliding_window": 64, "mamba_step": 2,
    "num_nextn_predict_layers": 0, "mamba_expand": 2, "mamba_d_conv": 4, "conv_kernel": 4, "d_conv": 4,
    "conv_L_cache": 3, "linear_conv_kernel_dim": 4, "dense_attention_every_n_layers": 2, "ffn_dim_divisor": 32,
    "block_multiple_of": 32, "dim_model_base": 64, "conv_window": 2, "mamba_n_groups": 1, "altup_num_inputs": 3,
    "max_position_embeddings": 256, "n_positions": 256, "n_ctx": 256, "max_seq_len": 256, "model_max_length": 256,
    "conv1d_width": 4, "laurel_rank": 16, "mtp_num_hidden_layers": 0, "emb_neighbor_num": 3, "emb_split_num": 2,
    "moe_layer_start_index": 0, "moe_layer_interval": 1, "n_shared_head": 2, "hc_mult": 2, "o_groups": 2,
}
LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers")
MORE = {
    "num_hidden_layers": (4, 5, 6, 8), "first_k_dense_replace": (0, 1, 2, 3), "num_dense_layers": (0, 1, 2, 3),
    "moe_layer_freq": (1, 2, 3), "decoder_sparse_step": (1, 2, 3), "interleave_moe_layer_step": (1, 2, 3),
    "num_experts": (0, 2, 4, 8), "n_routed_experts": (2, 4, 8), "num_local_experts": (2, 4, 8),
    "n_shared_experts": (1, 2), "num_shared_experts": (0, 1, 2), "attn_layer_period": (2, 3), "attn_layer_offset": (0, 1),
    "expert_layer_period": (1, 2, 3), "expert_layer_offset": (0, 1), "layer_group_size": (2, 3),
    "full_attention_interval": (2, 3), "num_kv_shared_layers": (0, 1, 2), "sliding_window_pattern": (2, 3),
    "num_kv_reuse_layers": (1, 2, 3), "altup_num_inputs": (2, 3, 4), "cla_share_factor": (2, 3),
    "num_attention_heads": (4, 8), "num_key_value_heads": (1, 2, 4), "moe_layer_start_index": (0, 1, 2),
    "moe_layer_interval": (1, 2), "mamba_step": (2, 3), "linear_num_value_heads": (4, 8),
}
LAYER_WORDS = {
    "lfm2": ["full_attention", "conv"], "lfm2_moe": ["full_attention", "conv"],
    "granitemoehybrid": ["mamba", "attention"], "olmo_hybrid": ["linear_attention", "full_attention"],
    "recurrent_gemma": ["recurrent", "attention"], "jamba": ["mamba", "attention"],
    "qwen3_5": ["linear_attention", "full_attention"], "qwen3_next": ["linear_attention", "full_attention"],
}
# The text part's own argument class, where the module does not say it in the type of its field.
TEXT = {
    "gemma3": ("gemma3_text", "ModelArgs"), "gemma4": ("gemma4_text", "ModelArgs"), "mistral3": ("llama", "ModelArgs"),
    "pixtral": ("llama", "ModelArgs"), "qwen2_vl": ("qwen2", "ModelArgs"), "qwen3_vl": ("qwen3", "ModelArgs"),
    "qwen3_vl_moe": ("qwen3_moe", "ModelArgs"), "lfm2-vl": ("lfm2", "ModelArgs"), "kimi_k25": ("deepseek_v3", "ModelArgs"),
    "qwen3_5": ("qwen3_5", "TextModelArgs"), "qwen3_5_moe": ("qwen3_5", "TextModelArgs"), "muse_spark": ("muse_spark", "TextArgs"),
    "gemma3n": ("gemma3n", "TextConfig"), "llama4": ("llama4", "TextArgs"), "kimi_vl": ("kimi_vl", "TextArgs"),
    "kimi_k3": ("kimi_k3", "TextArgs"), "minimax_m3_vl": ("minimax_m3_vl", "TextArgs"),
    "prism_hadamard_qwen35": ("qwen3_5", "TextModelArgs"),
}
NUMBERS = {"rope_theta": 10000.0, "rms_norm_eps": 1e-5, "partial_rotary_factor": 0.5, "rotary_pct": 0.5}
WORDS = {"hidden_act": "silu", "topk_method": "noaux_tc", "scoring_func": "sigmoid", "attention_method": "MLA",
         "zero_expert_type": "identity", "score_function": "sigmoid"}


def own_fields(cls):
    return dataclasses.fields(cls)


def default_of(field):
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return dataclasses.MISSING


def text_class(name):
    if name not in TEXT:
        return None
    module, cls = TEXT[name]
    __import__(f"mlx_lm.models.{module}")
    return getattr(sys.modules[f"mlx_lm.models.{module}"], cls)


def _list_for(name, field, layers, rng, module):
    if field in ("layer_types", "layers_block_type"):
        words = LAYER_WORDS.get(module, ["full_attention", "sliding_attention"])
        drawn = [rng.choice(words) for _ in range(layers)]
        return (words + drawn)[:layers] if layers > 1 else drawn
    if field in ("hybrid_override_pattern",):
        return (["M", "*", "-", "E"] + [rng.choice("M*-E") for _ in range(layers)])[:layers]
    if field in ("_block_types", "block_types"):
        return ["recurrent", "recurrent", "attention"]
    if field == "mlp_layer_types":
        return [rng.choice(["dense", "sparse"]) for _ in range(layers)]
    if field == "is_moe_layer":
        return [rng.random() < 0.6 for _ in range(layers)]
    if field in ("moe_layer_freq", "hybrid_layer_pattern", "no_rope_layers"):
        return [int(rng.random() < 0.6) for _ in range(layers)]
    if field in ("mlp_only_layers", "sliding_window_layers", "full_attn_idxs", "full_attention_idx"):
        return sorted(rng.sample(range(layers), rng.randint(1, 2)))
    if field in ("num_query_heads",):
        return [rng.choice([4, 8]) for _ in range(layers)]
    if field in ("num_kv_heads", "num_attention_heads_per_layer"):
        return [rng.choice([2, 4]) for _ in range(layers)]
    if field in ("ffn_multipliers",):
        return [rng.choice([0.5, 1.0, 2.0]) for _ in range(layers)]
    if field == "moe_capacity":
        return [64, 64]
    if field in ("mlp_multipliers",):
        return [0.5, 0.5]
    if field in ("ssm_multipliers",):
        return [0.5] * 5
    return []


def special(name, layers, rng):
    """What no type says."""
    flat = {"factor": 1.0, "rope_type": "default", "type": "default", "rope_theta": 10000.0}
    kinds = {"full_attention": dict(flat), "sliding_attention": dict(flat)}
    rope = {"rope_scaling": {"short_factor": [1.0], "long_factor": [1.0], "factor": 1.0, "type": "default"}}
    dense = rng.choice([0, 1, 2])
    return {
        "dbrx": {"ffn_config": {"ffn_hidden_size": 192, "moe_num_experts": rng.choice([2, 4]), "moe_top_k": 2},
                 "attn_config": {"kv_n_heads": 2, "clip_qkv": 8.0, "rope_theta": 10000.0}},
        "exaone4": {"sliding_window_pattern": "LLG", "rope_scaling": {"rope_type": "default"}},
        "kimi_linear": {"linear_attn_config": {
            "num_heads": 4, "head_dim": 32, "short_conv_kernel_size": 4,
            "kda_layers": [k + 1 for k in range(layers) if k % 3 != 2],
            "full_attn_layers": [k + 1 for k in range(layers) if k % 3 == 2]}},
        "kimi_k3": {"linear_attn_config": {
            "num_heads": 4, "head_dim": 32, "short_conv_kernel_size": 4,
            "kda_layers": [k + 1 for k in range(layers) if k % 3 != 2],
            "full_attn_layers": [k + 1 for k in range(layers) if k % 3 == 2]}},
        "mellum": {"rope_parameters": kinds}, "laguna": {"rope_parameters": kinds}, "gemma4_text": {"rope_parameters": kinds},
        "spark2_5": {"rope_parameters": kinds}, "muse_glimmer": {"rope_parameters": flat},
        "minicpm3": {**rope, "num_key_value_heads": 4}, "phi3": {}, "glm4_moe": {"rope_scaling": None},
        "ministral3": {"rope_parameters": {**flat, "original_max_position_embeddings": 128, "llama_4_scaling_beta": 0.1}},
        "mistral4": {"rope_parameters": {**flat, "original_max_position_embeddings": 128, "llama_4_scaling_beta": 0.1}},
        "glm_moe_dsa": {"rope_parameters": flat}, "longcat_flash": {}, "mamba2": {"time_step_limit": [0.0, 100.0], "time_step_rank": 8},
        "nemotron-nas": {"block_configs": [
            {"attention": {"n_heads_in_group": rng.choice([2, 4]), "no_op": False, "replace_with_linear": False},
             "ffn": {"ffn_mult": 1.5, "no_op": False, "replace_with_linear": False}} for _ in range(layers)]},
        "phimoe": {"rope_scaling": {"short_factor": [1.0] * 16, "long_factor": [1.0] * 16, "long_mscale": 1.0, "short_mscale": 1.0,
                                    "original_max_position_embeddings": 256}},
        "step3p5": {
            "moe_layers_enum": rng.choice([None, ",".join(str(k) for k in range(dense, layers))]),
            "layer_types": rng.choice([None, [rng.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]]),
            "attention_other_setting": rng.choice([None, {"num_attention_heads": 8, "num_attention_groups": 4}])},
        "plamo2": {"full_attention_idx": None},
        "deepseek_v2": {"rope_scaling": {"factor": 1.0, "type": "yarn", "mscale_all_dim": 1.0}},
        "gemma3n": {"activation_sparsity_pattern": [0.0] * layers, "altup_active_idx": 0},
        "hunyuan": {"rope_scaling": {"factor": 1.0, "type": "dynamic", "alpha": 1.0}},
        "llama4": {"rope_scaling": None, "num_experts_per_tok": 1},
        "qwen3": {"rope_theta": 10000.0},
        "muse_spark": {"num_shared_experts": 0, "mlp_layer_types": None, "rope_parameters": flat,
                       "layer_rope_theta": [10000.0] * layers, "moe_hidden_size": 96},
        "gear": {"use_bidirectional_attention": False},
        "bailing_moe_v3": {"no_kda_lora": True},
        "nanbeige": {"enable_double_loop_split": False, "loop_share_kv": False, "enable_depth_attention": False},
    }.get(name, {})


def draw_fields(cls, rng, wild, module):
    """One value for each field of an argument class; `wild` from 0 to 1 says how many differ from the usual."""
    layers = rng.choice((4, 5, 6, 8)) if rng.random() < wild else 6
    hints = typing.get_type_hints(cls)
    drawn = {}
    for field in own_fields(cls):
        name, kind = field.name, str(hints.get(field.name, field.type))
        usual = default_of(field)
        vary = rng.random() < wild
        if name in LAYERS:
            drawn[name] = layers
        elif usual is None and rng.random() < 0.5 * wild:
            drawn[name] = None
        elif "List" in kind or "list" in kind or "tuple" in kind or isinstance(usual, (list, tuple)):
            made = _list_for(cls, name, layers, rng, module)
            drawn[name] = made if made else (usual if usual is not dataclasses.MISSING else [])
        elif isinstance(usual, bool) or "bool" in kind:
            base = usual if isinstance(usual, bool) else False
            drawn[name] = rng.random() < 0.5 if vary else base
        elif name in SIZES and "str" not in kind:
            drawn[name] = SIZES[name] * (rng.choice((1, 2)) if vary else 1)
        elif name in COUNTS and ("int" in kind or "float" in kind or "Any" in kind or kind == "2"):
            drawn[name] = rng.choice(MORE[name]) if vary and name in MORE else COUNTS[name]
        elif usual is not dataclasses.MISSING:
            drawn[name] = usual
        elif name in WORDS:
            drawn[name] = WORDS[name]
        elif name in NUMBERS or "float" in kind:
            drawn[name] = NUMBERS.get(name, 1.0)
        elif "int" in kind:
            drawn[name] = COUNTS.get(name, 2)
        elif "str" in kind:
            drawn[name] = "silu"
        elif "ict" in kind:
            drawn[name] = {}
        else:
            drawn[name] = 1
    drawn.update(special(module, layers, rng))
    return drawn


def draw_config(name, args, rng, wild=0.0):
    """A configuration for the module of this name."""
    inner = text_class(name)
    if inner is None:
        drawn = draw_fields(args, rng, wild, name)
        drawn["model_type"] = name
        return drawn
    module = TEXT[name][0]
    text = draw_fields(inner, rng, wild, module)
    text["model_type"] = module
    outer = draw_fields(args, rng, wild, name)
    outer.update(model_type=name, text_config=text)
    return outer
