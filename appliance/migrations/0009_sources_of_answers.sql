-- Typing help asks for the documents of single answers.
CREATE INDEX answer_documents_by_answer ON answer_documents (answer_id);
