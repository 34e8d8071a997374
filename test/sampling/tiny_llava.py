"""A video LLM of a few thousand random weights, saved as its users get theirs."""

from pathlib import Path

from tokenizers import pre_tokenizers, Tokenizer
from tokenizers.models import WordLevel
import torch
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from visa_ros.sampling.percent import CHOICES

IMAGE_PX, PATCH_PX = 8, 4
TOKENS_PER_PICTURE = (IMAGE_PX // PATCH_PX) ** 2
WORDS = ('USER:', 'ASSISTANT:', 'if', 'percentage', 'video', 'frames', *CHOICES)
TEMPLATE = (
    'USER: {% for message in messages %}{% for part in message.content %}'
    "{% if part.type == 'image' %}<image> {% else %}{{ part.text }} {% endif %}"
    '{% endfor %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}'
)


def tokenizer():
    names = ('<pad>', '<s>', '</s>', '<unk>', '<image>', *WORDS)
    vocabulary = {name: index for index, name in enumerate(names)}
    backend = Tokenizer(WordLevel(vocabulary, unk_token='<unk>'))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token='<s>',
        eos_token='</s>',
        pad_token='<pad>',
        unk_token='<unk>',
        extra_special_tokens=['<image>'],
    )


def processor(template=TEMPLATE):
    pictures = CLIPImageProcessorPil(
        size={'shortest_edge': IMAGE_PX}, crop_size={'height': IMAGE_PX, 'width': IMAGE_PX}
    )
    return LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer(),
        patch_size=PATCH_PX,
        vision_feature_select_strategy='default',
        num_additional_image_tokens=1,
        chat_template=template,
    )


def model():
    torch.manual_seed(0)
    words = tokenizer()
    vision = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=IMAGE_PX,
        patch_size=PATCH_PX,
        projection_dim=16,
    )
    text = LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=512,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        initializer_range=0.5,
    )
    config = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=words.convert_tokens_to_ids('<image>'),
        image_seq_length=TOKENS_PER_PICTURE,
    )
    return LlavaForConditionalGeneration(config).eval()


def save(folder: Path, *, template: str | None = TEMPLATE) -> Path:
    model().save_pretrained(folder)
    processor(template).save_pretrained(folder)
    return folder
