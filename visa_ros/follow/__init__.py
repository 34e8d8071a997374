"""The objects that are followed after an answer: are they there, and are they the same?"""
